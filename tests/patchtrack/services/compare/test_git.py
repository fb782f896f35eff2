"""What we say of two versions of a series is what the real `git range-diff` says."""

import re
from collections.abc import Iterable

import pytest

from ingest.mail import parse_mail
from patchtrack.services.compare import Comparison, Line, SentPatch, compare_series
from tests.patchtrack.git import Repository

PAIR = re.compile(r" *(\d+|-): +\S+ ([=!<>]) +(\d+|-): ")

# A commit: its message, the file that it changes, the lines of it (from, to), and the new text.
Commit = tuple[str, str, int, int, str]
BOIL: Commit = ("Boil the water\n\nTea wants it hot.", "kettle.c", 3, 8, "boil")
WARM: Commit = ("Warm the pot", "pot.c", 10, 14, "warm")
POUR: Commit = ("Pour slowly\n\nOr it spills.", "kettle.c", 25, 31, "pour")
WAIT: Commit = ("Wait for four minutes", "clock.c", 0, 5, "wait")
DRINK: Commit = ("Drink", "cup.c", 15, 25, "drink")
SERIES = (BOIL, WARM, POUR, WAIT)

REROLLS = {
    "nothing": SERIES,
    "order": (WAIT, POUR, WARM, BOIL),
    "a patch less": (BOIL, POUR, WAIT),
    "a patch more": (BOIL, DRINK, WARM, POUR, WAIT),
    "less and more": (DRINK, BOIL, WAIT),
    "a message": (BOIL, ("Warm the pot\n\nAnd the cups.", *WARM[1:]), POUR, WAIT),
    "a name": (BOIL, WARM, ("Pour with care\n\nOr it spills.", *POUR[1:]), WAIT),
    "a line": (BOIL, WARM, (*POUR[:3], 32, "pour"), WAIT),
    "some lines and the order": ((*WAIT[:3], 6, "wait"), (*BOIL[:2], 4, 8, "boil"), WARM, POUR),
    "context": (("Turn it on", "kettle.c", 9, 10, "on"), BOIL, WARM, POUR, WAIT),
    "all of it": (DRINK,),
}


def write(repository: Repository, version: str, commits: Iterable[Commit]) -> None:
    """Make the commits a branch of the repository, whose files have forty lines each."""
    repository.run("checkout", "--quiet", "-B", version, "base")
    for message, name, start, end, word in commits:
        path = repository.path / name
        lines = path.read_text().splitlines() if path.exists() else [f"tea {n}" for n in range(40)]
        lines[start:end] = [f"{word} {number}" for number in range(start, end)]
        repository.write(name, "".join(f"{line}\n" for line in lines).encode())
        repository.commit(message)


def read(repository: Repository, version: str) -> list[SentPatch]:
    """The commits of a branch as they are mailed and read."""
    commits = repository.run("rev-list", "--reverse", f"base..{version}").decode().split()
    mails = [repository.run("format-patch", "-1", "--stdout", commit) for commit in commits]
    return [read_mail(mail) for mail in mails]


def read_mail(mail: bytes) -> SentPatch:
    parsed = parse_mail(mail)
    return SentPatch(
        name=parsed.subject.name,
        author=f"{parsed.author.name} <{parsed.author.address}>",
        message=parsed.message,
        diff=parsed.diff,
    )


def range_diff(repository: Repository) -> str:
    return repository.run("range-diff", "--no-color", "base..v1", "base..v2").decode()


def format_pairs(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Our pairs as git numbers them."""
    return [
        ("-" if row.old is None else str(row.old + 1), row.sign.value,
         "-" if row.new is None else str(row.new + 1))
        for row in comparison.rows
    ]  # fmt: skip


def format_lines(lines: Iterable[Line]) -> list[str]:
    """Lines of a difference as git writes them."""
    return [
        f"    @@ {line.text}".rstrip() if line.sign == "@" else f"    {line.sign}{line.text}"
        for line in lines
    ]


@pytest.fixture
def rerolled(repository: Repository, request) -> Repository:
    repository.run("rm", "--quiet", "-r", ".")
    for name in ("kettle.c", "pot.c", "clock.c", "cup.c"):
        repository.write(name, b"".join(b"tea %d\n" % number for number in range(40)))
    repository.commit("Lay the table")
    repository.run("tag", "--force", "base")
    write(repository, "v1", SERIES)
    write(repository, "v2", REROLLS[request.param])
    return repository


@pytest.mark.parametrize("rerolled", REROLLS, indirect=True)
def test_patches_are_matched_as_git_does(rerolled: Repository):
    ours = compare_series(read(rerolled, "v1"), read(rerolled, "v2"))
    theirs = [match.groups() for line in range_diff(rerolled).splitlines()
              if (match := PAIR.match(line))]  # fmt: skip
    assert format_pairs(ours) == theirs


@pytest.mark.parametrize("rerolled", REROLLS, indirect=True)
def test_differences_are_told_as_git_does(rerolled: Repository):
    ours = compare_series(read(rerolled, "v1"), read(rerolled, "v2"))
    theirs = [line for line in range_diff(rerolled).splitlines() if not PAIR.match(line)]
    assert [line for row in ours.rows for line in format_lines(row.lines)] == theirs
