"""Databases for one run of a tool, gone when it ends."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from patchtrack.environment import DatabaseAddress, parse_database_url

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "scratch"
_FILLING = Path(__file__).with_name("filling.py")


class ScratchError(Exception):
    """No database could be made; the text says why."""


class Scratch(Protocol):
    """A place where databases are made."""

    def make(self, name: str) -> str:
        """The DATABASE_URL of a new database with our tables and the project PROJECT."""

    def drop(self, name: str) -> None:
        """End a database that `make` has made; nobody may need it any more."""


@contextlib.contextmanager
def open_scratch(url: str | None) -> Iterator[Scratch]:
    """A place beside the database at `url`, or in a temporary directory if there is none.

    All databases made there are dropped in the end. Raises ScratchError.
    """
    address = parse_database_url(url, ROOT) if url else None
    if address and address.engine.endswith("postgresql"):
        with contextlib.closing(PostgresScratch(url, address)) as scratch:
            scratch.fill()
            yield scratch
        return
    beside = Path(address.name).parent if address else None
    with tempfile.TemporaryDirectory(prefix="patchtrack-scratch-", dir=beside) as directory:
        yield SqliteScratch(Path(directory))


class SqliteScratch:
    """Files in a directory, copies of one that is made first."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        fill_empty(self._url("empty"))

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.sqlite3"

    def _url(self, name: str) -> str:
        return f"sqlite:///{quote(str(self._path(name).absolute()))}"

    def make(self, name: str) -> str:
        shutil.copyfile(self._path("empty"), self._path(name))
        return self._url(name)

    def drop(self, name: str) -> None:
        for path in self.directory.glob(f"{name}.sqlite3*"):
            path.unlink()


class PostgresScratch:
    """Databases of one server, copies of one that is made first."""

    def __init__(self, url: str, address: DatabaseAddress) -> None:
        self.url = url
        self.prefix = f"patchtrack_scratch_{os.getpid()}_"
        self.names: list[str] = []
        self._given = {
            "user": address.user,
            "password": address.password,
            "host": address.host,
            "port": address.port,
            "dbname": address.name,
            **dict(address.options),
        }
        self.server = self._connect()

    def _connect(self) -> psycopg.Connection:
        given = {key: value for key, value in self._given.items() if value}
        try:
            return psycopg.connect(autocommit=True, **given)
        except psycopg.OperationalError as error:
            raise ScratchError(f"the database server does not serve us: {error}") from error

    def fill(self) -> None:
        """Make the database that the others are copies of."""
        fill_empty(self._create("empty", "template0"))

    def make(self, name: str) -> str:
        return self._create(name, f"{self.prefix}empty")

    def drop(self, name: str) -> None:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self.server.execute(statement.format(sql.Identifier(self.prefix + name)))
        self.names.remove(name)

    def close(self) -> None:
        # An interrupt may have left the connection in the midst of making a database.
        interrupted = self.server.info.backend_pid
        self.server.close()
        self.server = self._connect()
        self.server.execute("SELECT pg_terminate_backend(%s, 5000)", [interrupted])
        for name in list(self.names):
            self.drop(name)
        self.server.close()

    def _create(self, name: str, template: str) -> str:
        # Noted first: when an interrupt comes, the server may have made it already.
        self.names.append(name)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(self.prefix + name), sql.Identifier(template)
        )
        try:
            self.server.execute(statement)
        except psycopg.Error as error:
            raise ScratchError(f"no scratch database can be made: {error}") from error
        return urlsplit(self.url)._replace(path=f"/{self.prefix}{name}").geturl()


def fill_empty(url: str) -> None:
    """Make our tables and the project PROJECT in an empty database. Raises ScratchError."""
    done = subprocess.run(
        [sys.executable, _FILLING],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ScratchError(f"its tables cannot be made:\n{done.stderr}")
