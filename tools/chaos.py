#!/usr/bin/env python3
"""Shows that no mail is lost, none stored twice and nothing different when things break.

Brings invented mail to the daemon over many connections, as an MTA does: what is not answered
with 250 is brought again, what is, never. Meanwhile parsers and the daemon are killed, PostgreSQL
crashes, locks are held, the disk is full, connections are cut, at moments that the seed decides.
In the end the queue must be empty, every mail stored once, everything as a quiet run in order has
it, `manage.py audit` content, and the daemon must end when it is told to.

Exit status: 0, all is well; 1, something was lost, twice, different, refused or hung; 2, wrong
usage; 69, there is no database or MTA to try it on.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
# Started by another Python than the one that tools/serve and tools/test have made.
if find_spec("django") is None and VENV_PYTHON.exists():
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from tools.mayhem.postfix import PostfixError, find_obstacle  # noqa: E402
from tools.mayhem.round import Setting, describe, run_round  # noqa: E402
from tools.parallel_parse import (  # noqa: E402
    STOPPING,
    Stopped,
    database_url,
    positive,
    stop,
)
from tools.postgresql import PostgresError  # noqa: E402
from tools.scratch import ScratchError  # noqa: E402


def main() -> int:
    arguments = parse_arguments()
    obstacle = find_obstacle() if arguments.mta == "postfix" else ""
    if obstacle:
        print(f"chaos.py: {obstacle}", file=sys.stderr)
        return os.EX_UNAVAILABLE
    for number in STOPPING:
        signal.signal(number, stop)
    try:
        results = [play(setting) for setting in plan_rounds(arguments)]
    except (ScratchError, PostgresError, PostfixError) as error:
        print(f"chaos.py: {error}", file=sys.stderr)
        return os.EX_UNAVAILABLE
    except Stopped as error:
        print(f"chaos.py: {error}", file=sys.stderr)
        return 128 + error.number
    return 0 if all(results) else 1


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_round(parser)
    add_place(parser)
    for option, kind, default, text in (
        ("--messages", positive, 2000, "mails of a round"),
        ("--connections", positive, 16, "that bring mail at once"),
        ("--workers", positive, 2, "parser processes of the daemon"),
        ("--hold", float, 10.0, "seconds that a lock is held"),
    ):
        parser.add_argument(
            option, type=kind, default=default, metavar="N", help=f"{text} (default: {default})"
        )
    return parser.parse_args()


def add_round(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, metavar="S", help="of all that is random")
    parser.add_argument(
        "--minutes",
        type=float,
        default=0,
        metavar="N",
        help="begin new rounds, each with the next seed, until so many minutes are over",
    )


def add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        type=lambda text: text if text == "sqlite" else database_url(text),
        metavar="URL",
        help="make the scratch database beside this one, whose server is never stopped; "
        "`sqlite` is a file in a temporary directory; by default a PostgreSQL is started",
    )
    parser.add_argument(
        "--mta",
        choices=("client", "postfix"),
        default="client",
        help="bring the mails by a client that behaves as an MTA does (the default), or "
        "through a real Postfix, which only root can start",
    )


def plan_rounds(arguments: argparse.Namespace) -> Iterator[Setting]:
    """At least one round."""
    until = time.monotonic() + 60 * arguments.minutes
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed
    while True:
        yield Setting(
            seed=seed,
            mails=arguments.messages,
            couriers=arguments.connections,
            workers=arguments.workers,
            hold_seconds=arguments.hold,
            database=arguments.database,
            postfix=arguments.mta == "postfix",
            say=say,
        )
        seed += 1
        if time.monotonic() > until:
            return


def say(text: str) -> None:
    print(text, flush=True)


def play(setting: Setting) -> bool:
    """Whether a round went well, which is told with all that happened."""
    say(f"seed {setting.seed}")
    outcome = run_round(setting)
    say("; ".join(f"{name}: {text}" for name, text in describe(setting, outcome).items()))
    for fault in outcome.faults:
        say(str(fault))
    verdict = "NOT WELL" if outcome.faults else "0 lost, 0 twice, 0 differences, 0 hangs"
    say(f"seed {setting.seed}: {verdict}")
    return not outcome.faults


if __name__ == "__main__":
    sys.exit(main())
