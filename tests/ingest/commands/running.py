"""Runs commands as tests need them: in this process, or as a process of its own."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from tests.waiting import SECONDS

MANAGE = Path(__file__).resolve().parents[3] / "manage.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """What `--json` printed in the last line."""
        return json.loads(self.out.splitlines()[-1])


def run(*words: object) -> Ran:
    """Run a command in this process."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command(*map(str, words), stdout=out, stderr=err)
    except CommandError as error:
        status = error.returncode
        err.write(str(error))
    except SystemExit as stop:
        status = stop.code
    return Ran(status=status, out=out.getvalue(), err=err.getvalue())


def run_process(
    environment: Mapping[str, str], *words: object, stdin: bytes = b"", program: Path = MANAGE
) -> Ran:
    """Run a command as its users do."""
    child = start(environment, *words, program=program)
    out, err = child.communicate(stdin, timeout=SECONDS)
    return Ran(status=child.returncode, out=out.decode(), err=err.decode())


def start(
    environment: Mapping[str, str], *words: object, program: Path = MANAGE
) -> subprocess.Popen[bytes]:
    """A command that runs, with pipes to all its streams."""
    return subprocess.Popen(
        [sys.executable, program, *map(str, words)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
