"""Wrong arguments of `manage.py lmtpd` are told, with the status that says so."""

import os
import socket

import pytest

from tests.ingest.commands.running import run, run_process

ALONE = {"PATH": os.environ["PATH"]}


def test_an_address_for_others_needs_to_say_who_they_are():
    ran = run("lmtpd", "--listen", "127.0.0.1:0", "--listen", "0.0.0.0:24")
    assert ran.status == os.EX_USAGE
    assert ran.err == (
        "0.0.0.0:24 can be reached from other machines: "
        "say by --allow NETWORK which of them may deliver mail"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--listen", "tea"], "tea: not HOST:PORT or unix:/PATH"),
        (["--listen", "mx.example.org:24"], "the host must be an IP address or localhost"),
        (["--metrics", "unix:/run/metrics"], "unix:/run/metrics: not HOST:PORT"),
        (["--allow", "tea"], "'tea' does not appear to be an IPv4 or IPv6 network"),
        (["--allow", "192.0.2.1/24"], "192.0.2.1/24 has host bits set"),
        (["--workers", "0"], "'0' is not a whole number from 1 on"),
        (["--protocol", "uucp"], "invalid choice: 'uucp'"),
        (["--log-format", "xml"], "invalid choice: 'xml'"),
    ],
)
def test_wrong_arguments_are_told(arguments, reason):
    assert reason in run("lmtpd", *arguments).err


def test_the_status_of_wrong_arguments():
    assert run_process(ALONE, "lmtpd", "--listen", "tea").status == os.EX_USAGE


@pytest.mark.parametrize("option", ["--listen", "--metrics"])
def test_a_port_that_is_taken(option):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        ran = run_process(ALONE, "lmtpd", "--listen", "127.0.0.1:0", option, taken)
    assert ran.status == os.EX_UNAVAILABLE
    assert ran.err.startswith(f"CommandError: cannot listen on {taken}: Address already in use")
    assert ran.err.count("\n") == 1
