"""Plays a round: brings the mails while things happen, and ends the daemon."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tools.mayhem.courier import Ledger
from tools.mayhem.daemon import Lmtpd
from tools.mayhem.disturbances import Scene, Step, follow_plan
from tools.mayhem.verdict import Fault
from tools.postgresql import Server
from tools.running_daemon import DaemonError

STALL_SECONDS = 150.0


class Carrier(Protocol):
    """What brings the mails: couriers that imitate an MTA, or an MTA."""

    ledger: Ledger

    async def run(self, couriers: int) -> None:
        """Bring everything; returns when nothing is left, or when somebody hangs."""

    async def wait_for_accepted(self, count: int) -> None:
        """Wait until so many are accepted, or none is left."""

    def cut(self) -> None:
        """Cut all connections, wherever their dialogues are, as a network does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """All who take part. `server` is the database's if it is ours to stop."""

    daemon: Lmtpd
    url: str
    server: Server | None
    carrier: Carrier
    couriers: int
    plan: Sequence[Step]
    choice: random.Random
    hold_seconds: float
    say: Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a round came to: nothing went wrong if there are no faults."""

    faults: list[Fault] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    seconds: float = 0.0


async def play_round(cast: Cast) -> Outcome:
    """Bring the mails while things happen, until all are accepted; then stop the daemon."""
    ledger = cast.carrier.ledger
    outcome = Outcome(ledger=ledger)
    started = time.monotonic()

    def say(text: str) -> None:
        seconds = time.monotonic() - started
        cast.say(f"{seconds:7.1f} s {ledger.accepted:6d} accepted  {text}")

    scene = Scene(
        daemon=cast.daemon,
        url=cast.url,
        server=cast.server,
        cut=cast.carrier.cut,
        choice=cast.choice,
        hold_seconds=cast.hold_seconds,
        say=say,
    )
    try:
        cast.daemon.launch()
        await cast.daemon.wait_until_ready()
        outcome.faults += await play(scene, cast)
        say("broken off" if outcome.faults else "the queue is empty")
        outcome.faults += await end(cast.daemon)
    finally:
        cast.daemon.kill()
    outcome.seconds = time.monotonic() - started
    return outcome


async def play(scene: Scene, cast: Cast) -> list[Fault]:
    """What went wrong until the queue was empty and everything that happens was over."""
    carrier = cast.carrier
    bringing = asyncio.create_task(carrier.run(cast.couriers))
    happening = asyncio.create_task(follow_plan(scene, cast.plan, carrier.wait_for_accepted))
    watching = asyncio.create_task(watch_progress(carrier.ledger))
    pending = {bringing, happening}
    faults: list[Fault] = []
    while pending and not faults:
        done, _ = await asyncio.wait({*pending, watching}, return_when=asyncio.FIRST_COMPLETED)
        faults += [fault for task in done for fault in find_faults(task, watching)]
        pending -= done
    for task in (*pending, watching):
        task.cancel()
    await asyncio.gather(*pending, watching, return_exceptions=True)
    return [*faults, *read_ledger(carrier.ledger)]


def read_ledger(ledger: Ledger) -> Iterator[Fault]:
    for text in ledger.hangs:
        yield Fault(kind="hang", text=text)
    if ledger.refused:
        some = list(ledger.refused.items())[:3]
        yield Fault(kind="refused", text=f"{len(ledger.refused)} for good: {some}")


def find_faults(task: asyncio.Task[None], watching: asyncio.Task[None]) -> Iterator[Fault]:
    """What the end of a task says."""
    if task is watching:
        yield Fault(kind="hang", text=f"no mail was accepted for {STALL_SECONDS:.0f} s")
    elif error := task.exception():
        group = error.exceptions if isinstance(error, ExceptionGroup) else [error]
        for each in group:
            if not isinstance(each, DaemonError):
                raise error
            yield Fault(kind="daemon", text=str(each))


async def watch_progress(ledger: Ledger) -> None:
    """Returns when no mail was accepted for STALL_SECONDS."""
    accepted, since = -1, time.monotonic()
    while time.monotonic() - since < STALL_SECONDS:
        if ledger.accepted != accepted:
            accepted, since = ledger.accepted, time.monotonic()
        await asyncio.sleep(0.5)


async def end(daemon: Lmtpd) -> list[Fault]:
    """Stop the daemon; what is wrong with how it, or one of its parsers, ends."""
    try:
        await daemon.stop()
    except DaemonError as error:
        return [Fault(kind="daemon", text=str(error))]
    orphans = await daemon.find_orphans()
    return [Fault(kind="hang", text=f"parsers outlived the daemon: {orphans}")] if orphans else []
