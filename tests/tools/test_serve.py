"""tools/serve shows pages and takes mail, and what it has started ends with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from patchtrack.models import Patch
from tests.factories import make_diff, make_mail
from tests.waiting import SECONDS
from tools import serving

ROOT = Path(__file__).resolve().parent.parent.parent
READY = "Ctrl-C stops the server"
# Stands in for manage.py: a web server that listens, and a daemon that does what it is told.
STUB = """\
import os, signal, socket, sys
if sys.argv[1] == "runserver":
    host, _, port = sys.argv[-1].rpartition(":")
    server = socket.create_server((host, int(port)))
    signal.pause()
sys.exit(int(os.environ["STATUS"]))
"""


@pytest.fixture
def places() -> dict[str, str]:
    """The settings for two ports that are free."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        ports = [listener.getsockname()[1] for listener in sockets]
    web, mail = (f"127.0.0.1:{port}" for port in ports)
    return {"PATCHTRACK_LISTEN": web, "PATCHTRACK_LMTP": mail}


@pytest.fixture
def served(child_environment, places, tmp_path) -> Iterator[subprocess.Popen[bytes]]:
    """tools/serve with a database, ready, in a process group of its own; its output is in
    the file `output`."""
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        pytest.skip("tools/serve runs with .venv, and would have to make it first")
    output = tmp_path / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [ROOT / "tools/serve"],
            env=child_environment | places,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        while READY not in output.read_text():
            assert process.poll() is None, output.read_text()
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(SECONDS)


def list_group(leader: int) -> list[str]:
    """The command lines of a process group's processes. Those that have ended, and were not
    noticed yet by a parent of theirs, have none."""
    listed = subprocess.run(["ps", "-eo", "pgid=,args="], capture_output=True, check=True)
    rows = [line.split(maxsplit=1) for line in listed.stdout.decode().splitlines()]
    return [row[1] for row in rows if row[0] == str(leader) and "<defunct>" not in row[1]]


@pytest.mark.any_database
def test_a_mail_that_is_delivered_is_shown_and_all_ends_with_ctrl_c(served, places):
    mail = make_mail(subject="[PATCH] Pour slowly", diff=make_diff())
    subprocess.run(
        [ROOT / "tools/deliver", "--no-fallback", "teapot@localhost"],
        input=mail,
        env=os.environ | places,
        check=True,
    )
    patch = Patch.objects.get(message__name="Pour slowly")
    with urlopen(f"http://{places['PATCHTRACK_LISTEN']}/patch/{patch.pk}/") as page:
        assert b"Pour slowly" in page.read()
    # As a terminal does it, to all of them.
    os.killpg(served.pid, signal.SIGINT)
    assert served.wait(SECONDS) == 0
    assert list_group(served.pid) == []


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("--port=80", os.EX_USAGE)])
def test_arguments_start_nothing(argument, status):
    done = subprocess.run(
        [ROOT / "tools/serve", argument], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.partition("\n")[0]) == (status, "usage: tools/serve")


@pytest.fixture
def stub(monkeypatch, tmp_path, places):
    """Programs that start at once; the daemon's ends with the status STATUS."""
    (tmp_path / "manage.py").write_text(STUB)
    monkeypatch.setattr(serving, "MANAGE", tmp_path / "manage.py")
    for name, value in places.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATUS", "3")


def test_when_one_ends_the_other_is_stopped(stub):
    with pytest.raises(
        serving.ServingError, match=r"The mail daemon on .* has ended with status 3"
    ):
        serving.serve()
    serving.check_free(serving.WEB)


def test_a_database_that_cannot_be_prepared(stub):
    with pytest.raises(serving.ServingError, match=r"manage\.py migrate ended with status 3"):
        serving.prepare_database()


@pytest.mark.parametrize("place", [serving.WEB, serving.MAIL])
def test_a_port_in_use(monkeypatch, place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv(place.variable, f"127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(serving.ServingError, match=f"in use.*\n{place.variable}=127.0.0.1:80"):
            serving.check_free(place)


def test_a_socket_in_use(monkeypatch, tmp_path):
    monkeypatch.setenv("PATCHTRACK_LMTP", f"unix:{tmp_path}/socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        serving.check_free(serving.MAIL)
        server.listen()
        with pytest.raises(serving.ServingError, match="another process takes mail there"):
            serving.check_free(serving.MAIL)


@pytest.mark.parametrize("text", ["8024", "127.0.0.1:0", "unix:here", "127.0.0.1:70000"])
def test_what_is_no_address(monkeypatch, text):
    monkeypatch.setenv("PATCHTRACK_LMTP", text)
    with pytest.raises(serving.ServingError, match="PATCHTRACK_LMTP: "):
        serving.check_free(serving.MAIL)


def test_how_to_deliver_where_it_is_not_usual(monkeypatch):
    monkeypatch.setenv("PATCHTRACK_LMTP", "unix:/run/tea")
    assert "with: PATCHTRACK_LMTP=unix:/run/tea tools/deliver < mail\n" in serving.describe()
