"""A mail's date is its Date header's, unless that cannot be."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.mail.dates import choose_date, parse_date, read_hop_date
from tests.ingest.mail.reading import header, parse

NINE = datetime(2026, 2, 3, 9, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Tue, 3 Feb 2026 10:00:00 +0100",
        "Tue,  3 Feb 2026 10:00:00 +0100",
        "Tue, 03 Feb 2026 04:00:00 -0500 (EST)",
        "3 Feb 2026 09:00:00 +0000",
        "3 Feb 2026 09:00:00 -0000",
        "Tue, 3 Feb 2026 09:00:00 GMT",
        "Tue, 3 Feb 2026 04:00 EST",
        "Tue, 3 Feb 26 09:00:00 +0000",
        "Tuesday, 03-Feb-26 09:00:00 GMT",
        "Tue Feb 3 09:00:00 2026",
        "Tue, 3 Feb 2026 09:00:00",
        "tue, 3 feb 2026 09:00:00 +0000",
        "  Tue, 3 Feb 2026 09:00:00 +0000  ",
    ],
)
def test_a_date_is_read_in_every_old_form_as_aware_utc(value):
    assert parse_date(value) == NINE
    assert parse_date(value).tzinfo is UTC


@pytest.mark.parametrize(
    ("year", "meant"), [("03", 2003), ("68", 2068), ("70", 1970), ("99", 1999)]
)
def test_a_year_of_two_digits(year, meant):
    assert parse_date(f"Mon, 3 Feb {year} 09:00:00 +0000").year == meant


@pytest.mark.parametrize(
    "value",
    [
        "",
        "today",
        "Tue, 3 Feb 0000 09:00:00 +0000",
        "Tue, 3 Feb 0001 00:00:00 +2359",
        "Tue, 3 Feb 99999 09:00:00 +0000",
        "Fri, 31 Dec 9999 23:59:59 -9999",
        "Tue, 30 Feb 2026 09:00:00 +0000",
        "Tue, 3 Feb 2026 25:00:00 +0000",
        "Tue, 3 Foo 2026 09:00:00 +0000",
        "Fri, 1 Jan 1904 00:00:00 +0000",
        "9" * 5000,
        "²",
        "\x00",
    ],
)
def test_what_is_no_date_is_none(value):
    assert parse_date(value) is None


def test_the_hop_is_the_topmost_received_line():
    fields = header(
        "Received: from a by b; Tue, 3 Feb 2026 10:00:00 +0100",
        "Received: from c by a; Mon, 2 Feb 2026 10:00:00 +0100",
    )
    assert read_hop_date(fields) == NINE


def test_a_received_line_without_a_date_is_passed_over():
    fields = header(
        "Received: by b (Postfix, from userid 1)",
        "Received: from c by b;",
        "\tTue, 3 Feb 2026 10:00:00 +0100 (CET)",
    )
    assert read_hop_date(fields) == NINE


def test_a_mail_that_did_not_travel_has_no_hop():
    assert read_hop_date(header("Subject: x")) is None


@pytest.mark.parametrize(
    ("sent", "hop", "chosen"),
    [
        (NINE, None, NINE),
        (None, NINE, NINE),
        (None, None, None),
        (NINE - timedelta(days=300), NINE, NINE - timedelta(days=300)),
        (NINE + timedelta(minutes=5), NINE, NINE + timedelta(minutes=5)),
        (NINE + timedelta(hours=2), NINE, NINE),
    ],
)
def test_the_date_is_the_senders_unless_it_lies_in_the_future(sent, hop, chosen):
    assert choose_date(sent, hop) == chosen


RECEIVED = "Received: from a by b; Tue, 3 Feb 2026 09:00:00 +0000"


@pytest.mark.parametrize(
    "date",
    [
        "Date: Sat, 3 Feb 2040 09:00:00 +0000",
        "Date: Tue, 3 Feb 0000 09:00:00 +0000",
        "Date: Tue, 3 Feb 99999 09:00:00 +0000",
        "Date: soon",
        "X-No-Date: here",
    ],
)
def test_a_mail_with_a_wrong_date_has_that_of_its_last_hop_and_is_flagged(date):
    parsed = parse("From: a@x", "Message-ID: <1@x>", RECEIVED, date)
    assert (parsed.date, parsed.flags) == (NINE, ("date",))


def test_a_mail_without_any_date_has_none_and_is_flagged():
    parsed = parse("From: a@x", "Message-ID: <1@x>")
    assert (parsed.date, parsed.hop_date, parsed.flags) == (None, None, ("date",))


def test_a_good_date_is_not_flagged():
    parsed = parse("From: a@x", "Message-ID: <1@x>", RECEIVED, "Date: 3 Feb 2026 08:59:00 +0000")
    assert parsed.flags == ()
    assert parsed.hop_date == NINE
