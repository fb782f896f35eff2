"""The pipe hands over each mail as it is, and its status tells the MTA the truth about it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from patchtrack.models import Patch
from tests.factories import ProjectFactory, make_diff, make_mail
from tests.waiting import SECONDS

ROOT = Path(__file__).resolve().parent.parent.parent
DELIVER = ROOT / "tools" / "deliver"
MAIL = b"From: Alice <alice@example.org>\nSubject: tea\n\nIs there any?\n"
# What the fake daemon says unless a test knows better, by what it answers to.
REPLIES = {
    "greeting": "220 tea ready",
    "LHLO": "250-tea\r\n250-8BITMIME\r\n250-SIZE 1000000\r\n250-PIPELINING\r\n250 SMTPUTF8",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "dot": "250 2.0.0 stored",
    "QUIT": "221 bye",
}
DROP = "drop the connection"
SILENCE = "say nothing until the client has gone"
STUB = """\
import os, pathlib, sys
pathlib.Path(os.environ["STORE"]).write_bytes(sys.stdin.buffer.read() + repr(sys.argv[1:]).encode())
sys.exit(int(os.environ["STATUS"]))
"""


class FakeDaemon(threading.Thread):
    """Answers one connection as `replies` says (a list: one reply after the other) and keeps
    what came. It reads on to DATA before it answers where it offers PIPELINING."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(daemon=True)
        self.listener = listener
        self.replies: dict[str, str | list[str]] = {}
        self.commands: list[str] = []
        self.data = bytearray()
        self.has_mail = threading.Event()
        self.is_hurried = False
        self.start()

    def stop(self) -> None:
        """Ends the wait for a client, and waits for the conversation's end."""
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.join(SECONDS)
            self.listener.close()

    @property
    def address(self) -> str:
        name = self.listener.getsockname()
        return f"unix:{name}" if isinstance(name, str) else f"127.0.0.1:{name[1]}"

    def run(self) -> None:
        try:
            self.connection, _ = self.listener.accept()
            with self.connection, self.connection.makefile("rb") as self.lines:
                self.talk()
        except OSError:
            return  # The test is over, or the client has gone.

    def talk(self) -> None:
        self.answer("greeting")
        waiting = []
        for line in self.lines:
            self.commands.append(line.decode().removesuffix("\r\n"))
            waiting.append(self.commands[-1][:4])
            self.is_hurried |= self.has_more()
            if waiting[-1] in ("MAIL", "RCPT") and "PIPELINING" in self.find_reply("LHLO"):
                continue
            for verb in waiting:
                self.answer(verb)
            if waiting[-1] == "DATA" and self.find_reply("DATA").startswith("354"):
                self.take_mail()
            waiting.clear()

    def has_more(self) -> bool:
        """Whether the client goes on before it was answered."""
        self.connection.setblocking(False)
        more = self.lines.peek(1)
        self.connection.setblocking(True)
        return more != b""

    def take_mail(self) -> None:
        while (line := self.lines.readline()) not in (b".\r\n", b""):
            self.data += line
        self.has_mail.set()
        accepted = [c for c in self.commands if c.startswith("RCPT") and "nobody" not in c]
        for _ in accepted:
            self.answer("dot")

    def find_reply(self, verb: str) -> str:
        reply = self.replies.get(verb, REPLIES[verb])
        return reply if isinstance(reply, str) else reply[0]

    def answer(self, verb: str) -> None:
        reply = self.find_reply(verb)
        if isinstance(self.replies.get(verb), list):
            self.replies[verb] = self.replies[verb][1:]
        if reply == SILENCE:
            self.lines.read()
        if reply in (DROP, SILENCE):
            raise ConnectionAbortedError
        self.connection.sendall(reply.encode() + b"\r\n")


@pytest.fixture(params=["tcp"])
def daemon(request, tmp_path) -> Iterator[FakeDaemon]:
    """A daemon on TCP; `indirect` parametrization by "unix" makes it a Unix socket."""
    if request.param == "unix":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "lmtp.sock"))
        listener.listen()
    else:
        listener = socket.create_server(("127.0.0.1", 0))
    fake = FakeDaemon(listener)
    yield fake
    fake.stop()


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A checkout with a parser that keeps its mail in the file `stored` and succeeds."""
    root = tmp_path / "checkout"
    (root / "tools").mkdir(parents=True)
    shutil.copy(DELIVER, root / "tools")
    (root / "manage.py").write_text(STUB)
    monkeypatch.setenv("STORE", str(root / "stored"))
    monkeypatch.setenv("STATUS", "0")
    return root


@pytest.fixture
def nowhere(tmp_path) -> str:
    """An address where no daemon listens."""
    return f"unix:{tmp_path}/nothing.sock"


def run(*arguments, mail=MAIL, program=DELIVER, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-I", "-S", program, *arguments],
        input=mail,
        capture_output=True,
        env=os.environ | environment,
        timeout=SECONDS,
        check=False,
    )


def hand_over(daemon, *arguments, mail=MAIL, **environment) -> subprocess.CompletedProcess:
    arguments = ("--lmtp", daemon.address, "--no-fallback", *arguments)
    done = run(*arguments, mail=mail, **environment)
    daemon.stop()
    return done


def load_tool() -> ModuleType:
    loader = SourceFileLoader("deliver", str(DELIVER))
    module = module_from_spec(spec_from_loader("deliver", loader))
    loader.exec_module(module)
    return module


# What arrives.


@pytest.mark.parametrize(
    ("mail", "arrived"),
    [
        (b"a\nb\n", b"a\r\nb\r\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\r\nb\n", b"a\r\nb\r\n"),
        (b"a\rb\n", b"a\rb\r\n"),
        (b"a\r\r\nb\n", b"a\r\r\nb\r\n"),
        (b"a", b"a\r\n"),
        (b"a\r", b"a\r\r\n"),
        (b"\xff\x00\n", b"\xff\x00\r\n"),
        (b"", b""),
    ],
)
def test_lines_end_with_crlf(daemon, mail, arrived):
    assert hand_over(daemon, mail=mail).returncode == os.EX_OK
    assert daemon.data == arrived


@pytest.mark.parametrize(
    ("mail", "sent"),
    [
        (b".\n", b"..\r\n"),
        (b"a\n.\nb\n", b"a\r\n..\r\nb\r\n"),
        (b"..a\n...\n", b"...a\r\n....\r\n"),
        (b"a.\n .\n\r.\n", b"a.\r\n .\r\n\r.\r\n"),
    ],
)
def test_a_dot_at_the_start_of_a_line_is_doubled(daemon, mail, sent):
    assert hand_over(daemon, mail=mail).returncode == os.EX_OK
    assert daemon.data == sent


@pytest.mark.parametrize(
    ("mail", "arrived"),
    [
        (b"From a@x Mon Jan  5 09:00:00 2026\nSubject: x\n", b"Subject: x\r\n"),
        (b"Subject: x\n\nFrom the pot\n", b"Subject: x\r\n\r\nFrom the pot\r\n"),
        (b"From: a@x\n", b"From: a@x\r\n"),
        (b"From what", b"From what\r\n"),
    ],
)
def test_the_line_of_mbox_files_is_left_out(daemon, mail, arrived):
    assert hand_over(daemon, mail=mail).returncode == os.EX_OK
    assert daemon.data == arrived


def test_a_large_mail_arrives(daemon):
    mail = b"Subject: x\n\n" + b".tea\n" * 1_000_000
    assert hand_over(daemon, mail=mail).returncode == os.EX_OK
    assert daemon.data == mail.replace(b"\n", b"\r\n").replace(b".tea", b"..tea")


# What is said.


def test_the_dialogue(daemon):
    assert hand_over(daemon, mail=b".\n").returncode == os.EX_OK
    assert daemon.commands == [
        "LHLO localhost",
        "MAIL FROM:<> BODY=8BITMIME SIZE=3",
        "RCPT TO:<patchtrack@localhost>",
        "DATA",
        "QUIT",
    ]


@pytest.mark.parametrize("offer", ["PIPELINING", "SIZE"])
def test_commands_go_together_only_where_that_is_offered(daemon, offer):
    daemon.replies["LHLO"] = f"250-tea\r\n250 {offer}"
    assert hand_over(daemon, "a@x.org", "b@x.org").returncode == os.EX_OK
    assert daemon.commands[2:4] == ["RCPT TO:<a@x.org>", "RCPT TO:<b@x.org>"]
    assert daemon.is_hurried == (offer == "PIPELINING")


def test_only_offered_parameters_are_used(daemon):
    daemon.replies["LHLO"] = "250 tea"
    assert hand_over(daemon).returncode == os.EX_OK
    assert daemon.commands[1] == "MAIL FROM:<>"


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["--sender", "a@x.org"], "MAIL FROM:<a@x.org> BODY=8BITMIME SIZE=64"),
        (["--sender=<>"], "MAIL FROM:<> BODY=8BITMIME SIZE=64"),
        (["--sender", ""], "MAIL FROM:<> BODY=8BITMIME SIZE=64"),
        (["--sender=ä@x.org"], "MAIL FROM:<ä@x.org> BODY=8BITMIME SIZE=64 SMTPUTF8"),
        (["ä@x.org"], "MAIL FROM:<> BODY=8BITMIME SIZE=64 SMTPUTF8"),
        (["--timeout=30", "b@x.org"], "RCPT TO:<b@x.org>"),
        (["--", "--help"], "RCPT TO:<--help>"),
    ],
)
def test_arguments(daemon, arguments, command):
    assert hand_over(daemon, *arguments).returncode == os.EX_OK
    assert command in daemon.commands


@pytest.mark.parametrize("daemon", ["unix"], indirect=True)
def test_a_unix_socket(daemon):
    assert hand_over(daemon).returncode == os.EX_OK
    assert daemon.has_mail.is_set()


def test_the_address_in_the_environment(daemon):
    assert run("--no-fallback", PATCHTRACK_LMTP=daemon.address).returncode == os.EX_OK
    assert daemon.has_mail.is_set()


# What becomes of the mail.


@pytest.mark.parametrize(
    ("answered", "reply", "status"),
    [
        ("dot", "250 2.0.0 stored", 0),
        ("dot", "451 4.3.0 try again", 75),
        ("dot", "421 4.3.2 shutting down", 75),
        ("dot", "552 5.3.4 too large", 65),
        ("dot", "550 5.0.0 no", 75),
        ("dot", "554 5.0.0 no", 75),
        ("dot", "500 5.5.2 what?", 75),
        ("dot", "354 what?", 75),
        ("dot", "tea", 75),
        ("dot", "250-" + "x\r\n250-" * 200, 75),
        ("dot", "250 " + "x" * 10_000, 75),
        ("greeting", "421 4.3.2 too many connections", 75),
        ("greeting", "554 5.7.1 not you", 75),
        ("greeting", "SSH-2.0-tea", 75),
        ("LHLO", "500 5.5.2 what?", 75),
        ("MAIL", "451 4.3.0 try again", 75),
        ("MAIL", "552 5.3.4 too large", 65),
        ("MAIL", "501 5.5.4 Syntax", 64),
        ("MAIL", "555 5.5.4 parameters", 75),
        ("RCPT", "550 5.1.1 nobody", 67),
        ("RCPT", "553 5.1.3 malformed", 64),
        ("RCPT", "452 4.5.3 too many", 75),
        ("RCPT", "554 5.0.0 no", 75),
        ("DATA", "451 4.3.1 no room", 75),
        ("DATA", "503 5.5.1 bad sequence", 75),
        ("DATA", "250 2.0.0 fine", 75),
    ],
)
def test_the_status_after_each_answer(daemon, answered, reply, status):
    daemon.replies[answered] = reply
    done = hand_over(daemon, "a@x.org")
    assert done.returncode == status
    assert len(done.stderr.splitlines()) == (status != 0)


@pytest.mark.parametrize(
    ("rcpt", "dot", "status"),
    [
        (["250 ok", "250 ok"], ["250 stored", "250 stored"], 0),
        (["250 ok", "250 ok"], ["250 stored", "451 again"], 75),
        (["250 ok", "250 ok"], ["552 large", "451 again"], 75),
        (["250 ok", "250 ok"], ["250 stored", "552 large"], 65),
        (["550 nobody", "250 ok"], ["250 stored"], 67),
        (["550 nobody", "250 ok"], ["451 again"], 75),
        (["550 nobody", "451 again"], [], 75),
        (["550 nobody", "550 nobody"], [], 67),
    ],
)
def test_the_status_for_several_recipients(daemon, rcpt, dot, status):
    daemon.replies |= {"RCPT": rcpt, "dot": dot}
    recipients = [f"nobody{n}@x.org" if r[0] != "2" else f"{n}@x.org" for n, r in enumerate(rcpt)]
    assert hand_over(daemon, *recipients).returncode == status


def test_a_mail_without_an_accepted_recipient_is_not_sent(daemon):
    daemon.replies |= {"RCPT": "550 5.1.1 nobody"}
    hand_over(daemon, "nobody@x.org")
    assert daemon.data == b""


def test_no_mail_bounces_because_no_recipient_was_given(daemon):
    daemon.replies["RCPT"] = "550 5.1.1 nobody"
    done = hand_over(daemon)
    assert done.returncode == os.EX_TEMPFAIL
    assert b"known recipients only, and none is given: 550" in done.stderr


def test_the_reason_is_one_line_that_names_the_recipient(daemon):
    daemon.replies["dot"] = "451-4.3.0 a kettle\x1b[2J\r\n451 4.3.0 boils over"
    assert hand_over(daemon, "a@x.org").stderr.decode() == (
        "tools/deliver: deliver it again later: <a@x.org>: "
        "451 4.3.0 a kettle?[2J 4.3.0 boils over\n"
    )


def test_the_reason_of_a_daemon_that_hangs_up(daemon):
    daemon.replies |= {"MAIL": "421 4.3.2 shutting down", "RCPT": DROP}
    assert b"421 4.3.2 shutting down" in hand_over(daemon).stderr


def test_a_stored_mail_is_nothing_to_talk_about(daemon):
    done = hand_over(daemon)
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("answered", ["LHLO", "MAIL", "RCPT", "DATA", "dot"])
def test_a_daemon_that_is_lost_means_again_and_no_fallback(daemon, checkout, answered):
    daemon.replies[answered] = DROP
    done = run("--lmtp", daemon.address, program=checkout / "tools" / "deliver")
    assert done.returncode == os.EX_TEMPFAIL
    assert not (checkout / "stored").exists()


@pytest.mark.parametrize("answered", ["LHLO", "dot"])
def test_a_daemon_that_falls_silent_means_again_and_no_fallback(daemon, checkout, answered):
    daemon.replies[answered] = SILENCE
    # Long enough for the greeting, which comes at once.
    arguments = ["--lmtp", daemon.address, "--timeout", "2"]
    done = run(*arguments, program=checkout / "tools" / "deliver")
    assert done.returncode == os.EX_TEMPFAIL
    assert not (checkout / "stored").exists()


def test_a_signal_means_again(daemon):
    daemon.replies["dot"] = SILENCE
    command = [sys.executable, DELIVER, "--lmtp", daemon.address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(MAIL)
        process.stdin.close()
        assert daemon.has_mail.wait(SECONDS)
        process.send_signal(signal.SIGTERM)
        assert b"stopped by signal 15" in process.stderr.read()
    assert process.returncode == os.EX_TEMPFAIL


def test_a_status_does_not_depend_on_stderr(daemon):
    daemon.replies["RCPT"] = "550 5.1.1 nobody"
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, DELIVER, "--lmtp", daemon.address, "nobody@x.org"]
    done = subprocess.run(command, input=MAIL, stderr=writing, check=False)
    os.close(writing)
    assert done.returncode == os.EX_NOUSER


def test_a_failure_of_its_own_means_again(daemon):
    command = f"exec {sys.executable} {DELIVER} --lmtp {daemon.address} <&-"
    done = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert done.returncode == os.EX_TEMPFAIL
    assert len(done.stderr.splitlines()) == 1


# Where no daemon answers.


def test_no_daemon_and_no_fallback(nowhere, checkout):
    done = run("--lmtp", nowhere, "--no-fallback", program=checkout / "tools" / "deliver")
    assert done.returncode == os.EX_TEMPFAIL
    assert done.stderr.startswith(b"tools/deliver: deliver it again later: no daemon answers at ")
    assert not (checkout / "stored").exists()


def test_a_closed_port_is_no_daemon():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    done = run("--lmtp", address, "--no-fallback")
    assert b"refused" in done.stderr
    assert done.returncode == os.EX_TEMPFAIL


def test_the_parser_gets_the_mail_as_it_is(nowhere, checkout):
    mail = b"From a@x Mon Jan  5 09:00:00 2026\nSubject: x\r\n\n.\nend"
    done = run("--lmtp", nowhere, mail=mail, program=checkout / "tools" / "deliver")
    assert (done.returncode, done.stderr) == (os.EX_OK, b"")
    assert (checkout / "stored").read_bytes() == b"Subject: x\r\n\n.\nend['parsemail']"


def test_the_parser_gets_the_recipients(nowhere, checkout):
    recipients = "--", "ä@x.org", "--help"
    done = run("--lmtp", nowhere, *recipients, program=checkout / "tools" / "deliver")
    assert done.returncode == os.EX_OK
    expected = repr(["parsemail", "--recipient=ä@x.org", "--recipient=--help"]).encode()
    assert (checkout / "stored").read_bytes() == MAIL + expected


@pytest.mark.parametrize("greeting", [DROP, SILENCE])
def test_a_daemon_that_does_not_greet_is_none(daemon, checkout, greeting):
    daemon.replies["greeting"] = greeting
    arguments = ["--lmtp", daemon.address, "--timeout", "0.2"]
    assert run(*arguments, program=checkout / "tools" / "deliver").returncode == os.EX_OK
    assert (checkout / "stored").read_bytes().startswith(MAIL)


def test_the_parser_may_take_longer_than_an_answer(nowhere, checkout):
    # No Python starts in a hundredth of a second.
    done = run("--lmtp", nowhere, "--timeout=0.01", program=checkout / "tools" / "deliver")
    assert done.returncode == os.EX_OK


@pytest.mark.parametrize(
    ("parsed", "status"), [(0, 0), (65, 65), (67, 67), (75, 75), (1, 75), (2, 75), (64, 75)]
)
def test_the_parser_decides_but_no_failure_of_it_bounces(nowhere, checkout, parsed, status):
    program = checkout / "tools" / "deliver"
    assert run("--lmtp", nowhere, program=program, STATUS=str(parsed)).returncode == status


def test_a_link_finds_the_checkout(nowhere, checkout, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(checkout / "tools" / "deliver")
    assert run("--lmtp", nowhere, program=link).returncode == os.EX_OK
    assert (checkout / "stored").exists()


def test_the_python_that_is_named(nowhere, checkout):
    program = checkout / "tools" / "deliver"
    # `false` ends with 1 whatever it is asked to run.
    done = run("--lmtp", nowhere, program=program, PATCHTRACK_PYTHON=shutil.which("false"))
    assert b"ended with status 1" in done.stderr


def test_the_python_of_the_checkout_comes_first(nowhere, checkout):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    program = checkout / "tools" / "deliver"
    done = run("--lmtp", nowhere, program=program, PATCHTRACK_PYTHON=shutil.which("false"))
    assert done.returncode == os.EX_OK


def test_without_a_daemon_the_mail_is_stored(nowhere, child_environment):
    project = ProjectFactory()
    mail = make_mail(
        subject="[PATCH] Pour slowly", diff=make_diff(), headers={"List-Id": project.list_id}
    )
    done = run("--lmtp", nowhere, mail=mail, **child_environment, PATCHTRACK_PYTHON=sys.executable)
    assert (done.returncode, done.stderr) == (os.EX_OK, b"")
    assert Patch.objects.filter(message__project=project).count() == 1


def test_without_a_daemon_a_mail_for_two_is_stored_for_both(nowhere, child_environment):
    projects = [ProjectFactory(), ProjectFactory()]
    addresses = [f"{project.linkname}@x.org" for project in projects]
    mail = make_mail(subject="[PATCH] Pour slowly", diff=make_diff())
    environment = child_environment | {"PATCHTRACK_PYTHON": sys.executable}
    done = run("--lmtp", nowhere, *addresses, mail=mail, **environment)
    assert (done.returncode, done.stderr) == (os.EX_OK, b"")
    assert {patch.message.project for patch in Patch.objects.all()} == set(projects)


def test_without_a_daemon_an_unknown_recipient_is_refused_as_by_one(nowhere, child_environment):
    environment = child_environment | {"PATCHTRACK_STRICT_RECIPIENTS": "yes"}
    done = run("--lmtp", nowhere, "nobody@x.org", **environment, PATCHTRACK_PYTHON=sys.executable)
    assert done.returncode == os.EX_NOUSER
    assert b"no such project here: 'nobody@x.org'" in done.stderr


def test_no_parser_runs_where_the_daemon_does_not_let_us_in(monkeypatch):
    module = load_tool()

    def refuse(order):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "Connection", refuse)
    monkeypatch.setattr(module, "run_parser", lambda order, mail: None)
    order = module.parse_arguments([], "unix:/run/tea.sock")
    with pytest.raises(module.Ending) as ending:
        module.deliver(order, MAIL)
    assert ending.value.args[0] == os.EX_TEMPFAIL


# Wrong usage.


@pytest.mark.parametrize(
    "address",
    [
        "a@x.org\r\nRCPT TO:<b@x.org>",
        "a\nb@x.org",
        "a\rb@x.org",
        "a\tb@x.org",
        "a\x7fb@x.org",
        "<a@x.org>",
        "a@x.org> SIZE=1",
        "a" * 247 + "@x.org.z",
        "ä" * 125 + "@x.org",
        "\udcff@x.org",
    ],
)
@pytest.mark.parametrize("option", ["--sender=", ""])
def test_hostile_addresses(daemon, option, address):
    done = hand_over(daemon, option + address)
    assert (done.returncode, len(done.stderr.splitlines())) == (os.EX_USAGE, 1)
    assert daemon.commands == []


def test_an_empty_recipient(daemon):
    assert hand_over(daemon, "").returncode == os.EX_USAGE


def test_a_nul_is_refused_too():
    module = load_tool()
    with pytest.raises(module.Ending):
        module.parse_address("a\0b@x.org")


def test_the_longest_address(daemon):
    address = "a" * 248 + "@x.org"
    assert hand_over(daemon, address).returncode == os.EX_OK
    assert f"RCPT TO:<{address}>" in daemon.commands


@pytest.mark.parametrize(
    "arguments",
    [
        ["--tea"],
        ["-x"],
        ["--sender"],
        ["--no-fallback=yes"],
        ["--timeout=0"],
        ["--timeout=-1"],
        ["--timeout=nan"],
        ["--timeout=inf"],
        ["--timeout=tea"],
        ["--lmtp="],
        ["--lmtp=8024"],
        ["--lmtp=:8024"],
        ["--lmtp=localhost"],
        ["--lmtp=::1:8024"],
        ["--lmtp=[]:8024"],
        ["--lmtp=localhost:0"],
        ["--lmtp=localhost:65536"],
        ["--lmtp=localhost:tea"],
        ["--lmtp=unix:tea.sock"],
    ],
)
def test_wrong_usage(arguments):
    done = run(*arguments)
    assert (done.returncode, len(done.stderr.splitlines())) == (os.EX_USAGE, 1)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("127.0.0.1:8024", (b"127.0.0.1", 8024)),
        ("[::1]:8024", (b"::1", 8024)),
        ("localhost:65535", (b"localhost", 65535)),
        ("unix:/run/lmtp.sock", "/run/lmtp.sock"),
    ],
)
def test_addresses_of_a_daemon(text, target):
    assert load_tool().parse_place(text) == target


def test_help():
    done = run("--help")
    assert (done.returncode, done.stderr) == (os.EX_OK, b"")
    assert done.stdout.startswith(b"usage: tools/deliver ")


# What it costs.


def test_it_is_a_program(daemon):
    command = [DELIVER, "--lmtp", daemon.address, "--no-fallback"]
    assert subprocess.run(command, input=MAIL, check=False).returncode == os.EX_OK
    assert daemon.has_mail.is_set()


def test_it_imports_little_and_only_the_standard_library(daemon):
    command = [sys.executable, "-I", "-S", "-X", "importtime", DELIVER, "--lmtp", daemon.address]
    done = subprocess.run(command, input=MAIL, capture_output=True, check=False)
    assert done.returncode == os.EX_OK
    lines = done.stderr.decode().splitlines()
    modules = {line.rpartition("|")[2].strip() for line in lines} - {"imported package"}
    assert "_socket" in modules
    assert {name.partition(".")[0] for name in modules} <= sys.stdlib_module_names
    assert modules.isdisjoint({"site", "socket", "enum", "collections", "encodings.idna"})
