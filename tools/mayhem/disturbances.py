"""What may happen to a daemon and its database while mail comes in, and when."""

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

import psycopg

from tools.mayhem.daemon import Lmtpd, kill_all
from tools.postgresql import Server

# How often each happens while 2,000 mails come in.
USUAL = {
    "kill a parser": 8,
    "kill the daemon": 3,
    "restart the daemon": 1,
    "replace the parsers": 2,
    "cut all connections": 2,
    "hold a lock": 2,
    "crash the database": 3,
    "end all sessions": 2,
    "fill the disk": 2,
}
# What only PostgreSQL can suffer, and what only a server of our own.
POSTGRESQL = frozenset({"end all sessions", "fill the disk"})
OWN_SERVER = frozenset({"crash the database"})
USUAL_MAILS = 2000
# How likely it is that something happens together with what happened before.
TOGETHER = 0.3
LOCKS = (
    "LOCK TABLE patchtrack_thread IN EXCLUSIVE MODE",
    "LOCK TABLE patchtrack_mail IN SHARE MODE",
    "SELECT 1 FROM patchtrack_thread FOR UPDATE",
    "SELECT 1 FROM patchtrack_project FOR UPDATE",
)
# Refuses every mail with the server's own error for a full disk, at once or at COMMIT only.
FULL_DISK = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device';
END $$;
CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON patchtrack_mail
    DEFERRABLE INITIALLY {} FOR EACH ROW EXECUTE FUNCTION refuse();
"""
WHEN_FULL = ("IMMEDIATE", "DEFERRED")
FREE_DISK = "DROP FUNCTION IF EXISTS refuse CASCADE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens once `after` mails are accepted, `pause` seconds later."""

    after: int
    name: str
    pause: float = 0.0


@dataclass(slots=True, kw_only=True)
class Scene:
    """Whom it happens to. `server` is None where the database is not ours to stop; `cut` cuts
    all connections; `hold_seconds` is how long a lock or a full disk lasts."""

    daemon: Lmtpd
    url: str
    server: Server | None
    cut: Callable[[], None]
    choice: random.Random
    hold_seconds: float
    say: Callable[[str], None]
    # One at a time may stop and start each of them.
    of_daemon: asyncio.Lock = field(default_factory=asyncio.Lock)
    of_server: asyncio.Lock = field(default_factory=asyncio.Lock)
    of_disk: asyncio.Lock = field(default_factory=asyncio.Lock)


def derive_plan(choice: random.Random, mails: int, names: Mapping[str, int]) -> list[Step]:
    """When what happens, given how often it does; in order."""
    happening = [name for name, count in names.items() for _ in range(count)]
    choice.shuffle(happening)
    times = sorted(choice.randrange(mails // 50, mails) for _ in happening)
    steps: list[Step] = []
    for after, name in zip(times, happening, strict=True):
        if steps and choice.random() < TOGETHER:
            steps.append(Step(after=steps[-1].after, name=name, pause=choice.uniform(0, 0.5)))
        else:
            steps.append(Step(after=after, name=name))
    return steps


def choose_names(mails: int, *, is_postgresql: bool, is_own: bool) -> dict[str, int]:
    """What can happen here, and how often it should: as usual, but everything once."""
    left_out = frozenset() if is_postgresql else POSTGRESQL
    left_out |= frozenset() if is_own else OWN_SERVER
    return {
        name: max(1, round(count * mails / USUAL_MAILS))
        for name, count in USUAL.items()
        if name not in left_out
    }


async def disturb(scene: Scene, name: str) -> None:
    """Have it happen, and wait until it is over."""
    scene.say(name)
    await ACTIONS[name](scene)


async def kill_parser(scene: Scene) -> None:
    parsers = scene.daemon.find_parsers()
    if parsers:
        kill_all([scene.choice.choice(parsers)])


async def kill_daemon(scene: Scene) -> None:
    async with scene.of_daemon:
        scene.daemon.kill()
        await asyncio.sleep(scene.choice.uniform(0, 0.5))
        await start_daemon(scene)


async def restart_daemon(scene: Scene) -> None:
    async with scene.of_daemon:
        seconds = await scene.daemon.stop()
        scene.say(f"... the daemon ended {seconds:.1f} s after SIGTERM")
        await start_daemon(scene)


async def start_daemon(scene: Scene) -> None:
    scene.daemon.launch()
    await scene.daemon.wait_until_ready()


async def replace_parsers(scene: Scene) -> None:
    async with scene.of_daemon:
        scene.daemon.hang_up()


async def cut_connections(scene: Scene) -> None:
    scene.cut()


async def crash_database(scene: Scene) -> None:
    if scene.server is None:
        raise ValueError("this server is not ours to stop")
    async with scene.of_server:
        await asyncio.to_thread(scene.server.crash)
        await asyncio.sleep(scene.choice.uniform(0, 1))
        scene.server.launch()
        await asyncio.to_thread(scene.server.wait_until_ready)


@contextmanager
def unless_cut_short(scene: Scene) -> Iterator[None]:
    """What an outsider does in the database ends when the database crashes meanwhile."""
    try:
        yield
    except psycopg.OperationalError:
        scene.say("... cut short, the database went away")


async def connect(scene: Scene) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(scene.url, autocommit=True)


async def end_sessions(scene: Scene) -> None:
    with unless_cut_short(scene):
        async with await connect(scene) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


async def hold_lock(scene: Scene) -> None:
    if scene.url.startswith("sqlite:"):
        await asyncio.to_thread(hold_sqlite, scene.url, scene.hold_seconds)
        return
    with unless_cut_short(scene):
        async with await connect(scene) as connection, connection.transaction():
            await connection.execute(scene.choice.choice(LOCKS))
            await asyncio.sleep(scene.hold_seconds)


def hold_sqlite(url: str, seconds: float) -> None:
    path = unquote(url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)


async def fill_disk(scene: Scene) -> None:
    async with scene.of_disk:
        with unless_cut_short(scene):
            async with await connect(scene) as connection:
                await connection.execute(FULL_DISK.format(scene.choice.choice(WHEN_FULL)))
                await asyncio.sleep(scene.hold_seconds / 3)
        while not await free_disk(scene):
            await asyncio.sleep(0.1)


async def free_disk(scene: Scene) -> bool:
    """Make room again; False if the database is away just now."""
    try:
        async with await connect(scene) as connection:
            await connection.execute(FREE_DISK)
    except psycopg.OperationalError:
        return False
    return True


ACTIONS: Mapping[str, Callable[[Scene], Awaitable[None]]] = {
    "kill a parser": kill_parser,
    "kill the daemon": kill_daemon,
    "restart the daemon": restart_daemon,
    "replace the parsers": replace_parsers,
    "cut all connections": cut_connections,
    "hold a lock": hold_lock,
    "crash the database": crash_database,
    "end all sessions": end_sessions,
    "fill the disk": fill_disk,
}


async def follow_plan(
    scene: Scene, steps: Sequence[Step], wait_for_accepted: Callable[[int], Awaitable[None]]
) -> None:
    """Have everything happen in its time; returns when all of it is over."""

    async def follow(step: Step) -> None:
        await wait_for_accepted(step.after)
        await asyncio.sleep(step.pause)
        await disturb(scene, step.name)

    async with asyncio.TaskGroup() as group:
        for step in steps:
            group.create_task(follow(step))
