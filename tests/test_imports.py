"""The rooms of the house keep their direction: who may import whom is read from the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The daemon's rooms: what is pure, and the event loop's side, which is not to wait for a database.
DAEMON_PURE = tuple(
    f"ingest.daemon.{name}"
    for name in "addresses data limits logs recipients systemd values".split()
)
DAEMON_LOOP = tuple(
    f"ingest.daemon.{name}"
    for name in "door indexing metrics numbering pool protocol queue server worker".split()
)
DAEMON_WORK = "ingest.daemon.work"
DAEMON_MAY_USE = ("ingest.affinity", "ingest.errors", "ingest.workers")

# A room, what its modules must not import, and what of that they may after all.
FORBIDDEN = (
    ("patchtrack", ("ingest",), ("ingest.mail",)),
    (
        "patchtrack.models",
        ("patchtrack.services", "patchtrack.web", "patchtrack.api", "ingest"),
        (),
    ),
    ("patchtrack.services.compare", ("django", "patchtrack.models"), ()),
    ("patchtrack.services", ("patchtrack.web", "patchtrack.api"), ()),
    ("patchtrack.web", ("patchtrack.api",), ()),
    ("patchtrack.api", ("patchtrack.web",), ()),
    ("ingest", ("patchtrack.web", "patchtrack.api"), ()),
    *((room, ("django", "ingest", "patchtrack"), DAEMON_PURE) for room in DAEMON_PURE),
    *(
        (
            room,
            ("django.db", "ingest", "patchtrack"),
            (*DAEMON_PURE, *DAEMON_LOOP, DAEMON_WORK, *DAEMON_MAY_USE),
        )
        for room in DAEMON_LOOP
    ),
)

# The pure rooms, and what they may import besides the standard library.
PURE = {
    "ingest.mail": ("ingest.mail", "ingest.threads.values"),
    "ingest.threads": ("ingest.threads", "ingest.mail.values"),
}

# Of the standard library, what reaches outside the function's arguments.
IMPURE_MODULES = frozenset(
    "asyncio builtins ctypes fcntl fileinput glob http importlib locale logging mailbox mmap "
    "multiprocessing os pathlib random secrets select shutil signal socket sqlite3 ssl "
    "subprocess sys tempfile threading time urllib.request uuid warnings".split()
)
IMPURE_CALLS = frozenset({"__import__", "eval", "exec", "input", "now", "open", "print", "today"})


def find_violations(module: str, source: str) -> list[str]:
    """What `source`, the text of `module`, imports or calls against the rules."""
    tree = ast.parse(source)
    imported = sorted(set(find_imports(module, tree)))
    wrong = [name for name in imported if is_forbidden(module, name)]
    if room := find_pure_room(module):
        wrong += [name for name in imported if not is_pure(room, name)]
        wrong += [f"{name}()" for name in find_calls(tree) if name in IMPURE_CALLS]
    return [f"{module}: {name}" for name in wrong]


def find_imports(module: str, tree: ast.AST) -> Iterator[str]:
    """Each imported name in full: `from a import b` is a.b, whether b is a module or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve(module, node.module or "", node.level)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def resolve(module: str, name: str, level: int) -> str:
    """The absolute name of a relative import; `module` is named as if packages were modules."""
    if level == 0:
        return name
    return ".".join([*module.split(".")[:-level], name]).strip(".")


def find_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr


def is_forbidden(module: str, name: str) -> bool:
    return any(
        is_within(module, (room,)) and is_within(name, forbidden) and not is_within(name, allowed)
        for room, forbidden, allowed in FORBIDDEN
    )


def find_pure_room(module: str) -> str | None:
    return next((room for room in PURE if is_within(module, (room,))), None)


def is_pure(room: str, name: str) -> bool:
    standard = name.partition(".")[0] in sys.stdlib_module_names
    return is_within(name, PURE[room]) or (standard and not is_within(name, IMPURE_MODULES))


def is_within(name: str, packages: tuple[str, ...] | frozenset[str]) -> bool:
    """Whether `name` is one of the packages, or something inside one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def find_modules() -> Iterator[tuple[str, Path]]:
    for room in ("ingest", "patchtrack"):
        for path in sorted((ROOT / room).rglob("*.py")):
            # A package is named `package.__init__`, so that one dot means the same everywhere.
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def test_every_module_keeps_the_direction():
    assert [
        violation
        for module, path in find_modules()
        for violation in find_violations(module, path.read_text())
    ] == []


def test_the_modules_are_found():
    found = {module for module, _ in find_modules()}
    assert {"ingest.mail.values", "patchtrack.settings", "patchtrack.models.__init__"} <= found


def test_each_module_of_the_daemon_is_on_one_side():
    found = {module for module, _ in find_modules() if is_within(module, ("ingest.daemon",))}
    assert found == {*DAEMON_PURE, *DAEMON_LOOP, DAEMON_WORK, "ingest.daemon.__init__"}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ingest.mail.header", "import django"),
        ("ingest.mail.header", "from ingest.threads import derive"),
        ("ingest.mail.header", "from ..threads.derive import derive"),
        ("ingest.mail.__init__", "from .. import store"),
        ("ingest.mail.dates", "import time"),
        ("ingest.mail.dates", "datetime.now(UTC)"),
        ("ingest.mail.parse", "def f():\n    import os.path"),
        ("ingest.threads.derive", "from ingest.mail.parse import parse_mail"),
        ("ingest.threads.derive", "open('x')"),
        ("ingest.store", "from patchtrack import web"),
        ("patchtrack.models.patch", "from patchtrack.services import states"),
        ("patchtrack.models.patch", "from ..services.states import change_state"),
        ("patchtrack.models.__init__", "from ..web import views"),
        ("patchtrack.models.patch", "from ingest.mail import parse_mail"),
        ("patchtrack.services.states", "import patchtrack.web.views"),
        ("patchtrack.web.views", "from patchtrack.api import fields"),
        ("patchtrack.api.views", "from patchtrack.web import urls"),
        ("patchtrack.web.views", "from ingest.store import record"),
        ("ingest.daemon.recipients", "from django.conf import settings"),
        ("ingest.daemon.values", "from ingest.incoming import Delivery"),
        ("ingest.daemon.data", "from ingest.daemon.door import Door"),
        ("ingest.daemon.pool", "from ingest.receive import receive"),
        ("ingest.daemon.pool", "from ..store import record"),
        ("ingest.daemon.door", "from patchtrack.models import Project"),
        ("ingest.daemon.server", "from django.db import connection"),
    ],
)
def test_a_wrong_import_is_found(module, source):
    assert len(find_violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ingest.mail.header", "import re\nfrom datetime import datetime"),
        ("ingest.mail.parse", "from ingest.mail.values import Body\nfrom .dates import parse_date"),
        ("ingest.threads.derive", "from ingest.mail.values import Subject"),
        ("ingest.store", "from ingest.threads.derive import derive\nfrom patchtrack import models"),
        ("patchtrack.services.raw", "from ingest.mail import parse_mail\nimport patchtrack.models"),
        ("patchtrack.urls", "from patchtrack.api import urls\nimport patchtrack.web.urls"),
        ("patchtrack.website", "from patchtrack.api import urls"),
        ("ingest.daemon.pool", "from ingest.daemon.work import store_letters"),
        ("ingest.daemon.door", "from django.utils import timezone"),
        ("ingest.daemon.work", "from ingest.receive import receive"),
    ],
)
def test_a_right_import_is_not(module, source):
    assert find_violations(module, source) == []


PARSER = """
import django, sys
django.setup()
import ingest.management.commands.parsemail
needless = ("patchtrack.web", "patchtrack.api", "multiprocessing.connection")
print(*(name for name in sys.modules if name.startswith(needless)))
"""


def test_a_parser_loads_no_pages_and_no_processes():
    """Fifty of them may begin at once."""
    child = subprocess.run(
        [sys.executable, "-c", PARSER], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    assert child.stdout == b"\n"
