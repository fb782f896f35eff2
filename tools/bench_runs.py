"""Runs commands that read files: `bench_runs.py FILE... -- COMMAND [-- COMMAND]...`.

For each file on its standard input, each command runs once, and a line says which command it was
(from 0), its exit status, milliseconds of wall time and of CPU, and the kilobytes of its peak
memory. This is a program of its own since Linux counts the memory of a process that starts another
one to the new one's peak: a small program measures small ones.
"""

import os
import sys
import time


def split_words(words: list[str]) -> list[list[str]]:
    """The parts between the words `--`."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word == "--":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def run(command: list[str], path: str) -> tuple[int, float, float, int]:
    """Exit status, wall seconds, CPU seconds and kilobytes of a command that reads a file."""
    stdin = (os.POSIX_SPAWN_OPEN, 0, path, os.O_RDONLY, 0)
    started = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[stdin])
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    cpu = usage.ru_utime + usage.ru_stime
    return os.waitstatus_to_exitcode(status), seconds, cpu, usage.ru_maxrss


def main() -> None:
    files, *commands = split_words(sys.argv[1:])
    for path in files:
        for number, command in enumerate(commands):
            status, seconds, cpu, kilobytes = run(command, path)
            print(number, status, f"{seconds * 1000:.3f}", f"{cpu * 1000:.3f}", kilobytes)


if __name__ == "__main__":
    main()
