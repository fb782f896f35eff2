"""The benchmark compares an import's beginning and end, whatever the machine does meanwhile."""

import pytest

from tools.bench_ingest import Costs, Yardstick, third_costs
from tools.bench_mails import rename


def make_costs(times, yardstick):
    return Costs(
        messages=9, wall=1, own_cpu=1, server_cpu=None, memory=1, times=times, yardstick=yardstick
    )


def test_thirds_are_measured_in_what_the_yardstick_took_and_without_it():
    slower = make_costs([(0, 0, 0), (3, 3.5, 1), (6, 6.5, 1), (9, 13.5, 2)], [0.5, 1.0])
    assert third_costs(slower) == (pytest.approx(2), pytest.approx(2))


def test_the_yardstick_parses_now_and_then():
    yardstick = Yardstick()
    for number in range(1, 2 * Yardstick.EVERY):
        yardstick.see(number, b"Subject: tea\n\nmilk\n")
    assert len(yardstick.seconds) == 2


def test_a_renamed_mail_is_another_one():
    raw = b"From: A <a@x.org>\nMessage-Id: <1@x>\nReferences: <0@x>\n\nFrom: b@x\n"
    assert rename(raw, 2) == (
        b"From: A <a@c2.x.org>\nMessage-Id: <2.1@x>\nReferences: <2.0@x>\n\nFrom: b@x\n"
    )
