"""Sets a round of chaos up, has it played, and judges what the database holds in the end."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools import postgresql
from tools.mayhem.courier import Parcel, PostOffice
from tools.mayhem.daemon import LMTPD, Lmtpd
from tools.mayhem.disturbances import choose_names, derive_plan
from tools.mayhem.mails import make_mails
from tools.mayhem.play import Carrier, Cast, Outcome, play_round
from tools.mayhem.postfix import temporary_directory
from tools.mayhem.relay import Relay, running_relay
from tools.mayhem.verdict import (
    audit,
    find_facts_at,
    judge_facts,
    store_in_order,
    write_mails,
)
from tools.scratch import Scratch, fill_empty, open_scratch

# By their link name, by the list's address, and by an address that leaves it to the List-Id.
RECIPIENTS = ("scratch@patches.example.org", "scratch@lists.example.org", "all@lists.example.net")
# How many parcels go to two recipients, and how many come again some time.
TO_TWO = 0.05
AGAIN = 0.02
NEIGHBOURS = 40
# Short, so that what waits for a lock gives up and tries again while it is still held.
LOCK_TIMEOUT = {"postgresql": "0.2", "sqlite": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a round is about. `database` is a DATABASE_URL beside which a scratch database is
    made, `sqlite` for one in a temporary directory, or None for a PostgreSQL of our own."""

    seed: int
    mails: int = 2000
    couriers: int = 16
    workers: int = 2
    hold_seconds: float = 10.0
    database: str | None = None
    postfix: bool = False
    command: Sequence[str] = LMTPD
    say: Callable[[str], None] = print


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A database with our tables and the project `scratch`, and the server if it is ours."""

    url: str
    server: postgresql.Server | None = None

    @property
    def vendor(self) -> str:
        return "sqlite" if self.url.startswith("sqlite:") else "postgresql"


@contextmanager
def open_place(database: str | None, scratch: Scratch) -> Iterator[Place]:
    """A place of its own for `database`, or SQLite's in `scratch`. Raises ScratchError and
    PostgresError."""
    if database == "sqlite":
        yield Place(url=scratch.make("chaos"))
    elif database is None:
        with (
            postgresql.temporary_directory() as directory,
            postgresql.running_server(directory) as server,
        ):
            fill_empty(server.url)
            yield Place(url=server.url, server=server)
    else:
        with open_scratch(database) as beside:
            yield Place(url=beside.make("chaos"))


def run_round(setting: Setting) -> Outcome:
    """Raises ScratchError, PostgresError and PostfixError when there is nothing to try it on."""
    # Postfix adds to each mail, and so would decide which of several copies is shown.
    mails = make_mails(setting.mails, setting.seed, copies=not setting.postfix)
    with (
        temporary_directory() as directory,
        open_scratch(None) as scratch,
        open_place(setting.database, scratch) as place,
    ):
        spool = write_mails(directory / "mails", mails)
        expected = store_in_order(scratch.make("serial"), spool)
        with cast_round(setting, place, directory, mails) as cast:
            outcome = asyncio.run(play_round(cast))
        found = find_facts_at(place.url, spool)
        made_over = cast.carrier.ledger.made_over
        outcome.faults += judge_facts(mails, expected, found, made_over=made_over)
        outcome.faults += audit(place.url)
        return outcome


@contextmanager
def cast_round(
    setting: Setting, place: Place, directory: Path, mails: Sequence[bytes]
) -> Iterator[Cast]:
    choice = random.Random(f"chaos/{setting.seed}")
    parcels = make_parcels(choice, len(mails), 0 if setting.postfix else AGAIN)
    daemon = make_daemon(setting, directory, place)
    names = choose_names(
        len(mails), is_postgresql=place.vendor == "postgresql", is_own=place.server is not None
    )
    with open_carrier(setting, daemon, mails, parcels, choice) as carrier:
        yield Cast(
            daemon=daemon,
            url=place.url,
            server=place.server,
            carrier=carrier,
            couriers=setting.couriers,
            plan=derive_plan(choice, len(parcels), names),
            choice=choice,
            hold_seconds=setting.hold_seconds,
            say=setting.say,
        )


@contextmanager
def open_carrier(
    setting: Setting,
    daemon: Lmtpd,
    mails: Sequence[bytes],
    parcels: Sequence[Parcel],
    choice: random.Random,
) -> Iterator[Carrier]:
    if setting.postfix:
        with running_relay(daemon.socket.parent, daemon.socket, setting.couriers) as postfix:
            yield Relay(postfix, mails, parcels, choice=choice)
    else:
        connect = partial(asyncio.open_unix_connection, daemon.socket)
        yield PostOffice(connect, mails, parcels, choice=choice)


def make_daemon(setting: Setting, directory: Path, place: Place) -> Lmtpd:
    environment = {
        "DATABASE_URL": place.url,
        "PATCHTRACK_LOCK_TIMEOUT": LOCK_TIMEOUT[place.vendor],
        "PATCHTRACK_LMTP_STOP_SECONDS": "10",
    }
    return Lmtpd(directory, environment, workers=setting.workers, command=setting.command)


def make_parcels(choice: random.Random, count: int, again: float) -> list[Parcel]:
    """Every mail, that share of them twice, shuffled: half of them through and through, half
    among their neighbours, so that those of a series race with each other too."""
    numbers = [*range(count), *choice.sample(range(count), round(count * again))]
    places = [
        choice.choice((choice.uniform(0, count), number + choice.uniform(0, NEIGHBOURS)))
        for number in numbers
    ]
    return [
        Parcel(
            mail=number,
            recipients=tuple(choice.sample(RECIPIENTS, 1 + (choice.random() < TO_TWO))),
        )
        for _, number in sorted(zip(places, numbers, strict=True))
    ]


def describe(setting: Setting, outcome: Outcome) -> Mapping[str, str]:
    """A round in a few figures."""
    deferred = ", ".join(f"{count} by {cause}" for cause, count in outcome.ledger.deferred.items())
    return {
        "mails": str(setting.mails),
        "seconds": f"{outcome.seconds:.1f}",
        "put off": deferred or "none",
        "slowest answer": f"{outcome.ledger.slowest:.1f} s",
    }
