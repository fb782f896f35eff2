#!/usr/bin/env python3
"""Writes pictures of the main pages to docs/screenshots/, or to another directory.

A scratch database is filled with the sample project, and its pages are opened in the machine's
Chromium. The clock of the site stands still, so that pictures differ only when pages do (or the
machine's fonts).
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
# Started by another Python than the one that tools/serve and tools/test have made.
if find_spec("django") is None and VENV_PYTHON.exists():
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from tools.chromium import find_obstacle, running_chromium  # noqa: E402

HOST = "patchtrack.example.org"
# Shortly after the newest mail of the sample.
NOW = datetime(2026, 9, 17, 9, 30, tzinfo=UTC)
HEATER = "/project/teapot/patch/20260909073000.815-3-ada@example.org/"
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A page, how it is looked at, and what of it comes to the top of the picture."""

    path: str
    top: str = "body"
    size: dict[str, int]
    scheme: str = "light"


SHOTS = {
    "series-list": Shot(path="/project/teapot/?state=*", size=WIDE),
    "patch-list": Shot(path="/project/teapot/list/?state=*", size=WIDE),
    "series": Shot(path="/series/2/", size=WIDE),
    "patch": Shot(path=HEATER, size=WIDE),
    "patch-dark": Shot(path=f"{HEATER}?view=split", size=WIDE, scheme="dark", top=".diff-files"),
    "discussion": Shot(
        path="/project/teapot/patch/20260907081500.4711-3-ada@example.org/",
        size=WIDE,
        top=".discussion",
    ),
    "series-list-phone": Shot(path="/project/teapot/?state=*", size=NARROW),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "directory",
        nargs="?",
        type=Path,
        default=ROOT / "docs/screenshots",
        help="where the pictures go (default: docs/screenshots)",
    )
    directory = parser.parse_args().directory
    if obstacle := find_obstacle():
        print(f"screenshots.py: {obstacle}", file=sys.stderr)
        return os.EX_UNAVAILABLE
    directory.mkdir(parents=True, exist_ok=True)
    with running_site() as (port, cookie):
        take_shots(directory, port, cookie)
    return 0


@contextmanager
def running_site() -> Iterator[tuple[int, dict[str, str]]]:
    """The site with the sample project: its port on the loopback interface, and the cookie of
    whoever looks at it."""
    with tempfile.TemporaryDirectory(prefix="patchtrack-screenshots-") as scratch:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{scratch}/screenshots.sqlite3",
            "DJANGO_SETTINGS_MODULE": "patchtrack.settings",
            "PATCHTRACK_HOSTS": HOST,
        }
        import django

        django.setup()
        from django.contrib.staticfiles.handlers import StaticFilesHandler
        from django.db import connections
        from django.test.testcases import LiveServerThread

        with mock.patch("django.utils.timezone.now", return_value=NOW):
            cookie = fill_database()
            server = LiveServerThread("127.0.0.1", StaticFilesHandler)
            server.daemon = True
            server.start()
            server.is_ready.wait()
            try:
                yield server.port, cookie
            finally:
                server.terminate()
                connections.close_all()


def fill_database() -> dict[str, str]:
    """Loads the sample, on which somebody has worked already; the cookie of her session."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from patchtrack.models import Check, Patch, Project, State

    call_command("migrate", verbosity=0)
    call_command("loadsample", verbosity=0, stdout=None)
    greta = get_user_model().objects.create_user("greta", "greta@example.org")
    Project.objects.get().maintainers.add(greta)
    heater = Patch.objects.filter(series=2)
    heater.update(
        delegate=greta, check_state=Check.Result.SUCCESS, state=State.objects.get(slug="accepted")
    )
    client = Client()
    client.force_login(greta)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def take_shots(directory: Path, port: int, cookie: dict[str, str]) -> None:
    with running_chromium(f"MAP {HOST} 127.0.0.1:{port}") as browser:
        for name, shot in SHOTS.items():
            context = browser.new_context(viewport=shot.size, color_scheme=shot.scheme)
            context.add_cookies([cookie | {"url": f"http://{HOST}"}])
            page = context.new_page()
            answer = page.goto(f"http://{HOST}{shot.path}")
            if answer is None or not answer.ok:
                raise SystemExit(f"screenshots.py: {shot.path} is not shown")
            page.locator(shot.top).first.evaluate("element => element.scrollIntoView()")
            page.screenshot(path=directory / f"{name}.png", animations="disabled")
            context.close()


if __name__ == "__main__":
    sys.exit(main())
