"""Mails that may concern each other share a token, before anything else is known of them."""

from datetime import timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from ingest.mail import parse_mail
from ingest.threads import derive_tokens
from tests.ingest.threads.builders import ANN, BOB, NOON


def tokens(
    message_id: str, subject: str, *, sender: str = ANN, at: float = 0, headers: str = ""
) -> frozenset[int]:
    """The tokens of a patch sent `at` seconds after noon."""
    date = format_datetime(NOON + timedelta(seconds=at))
    head = f"From: {sender}\nMessage-ID: <{message_id}>\nSubject: {subject}\nDate: {date}\n"
    diff = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n"
    return derive_tokens(parse_mail(f"{head}{headers}\nText.\n---\n{diff}".encode()))


@given(st.integers(-(10**9), 10**9), st.integers(0, 20 * 60), st.integers(0, 9), st.integers(1, 9))
def test_numbered_mails_of_one_sending_within_twenty_minutes_share_a_token(start, gap, one, other):
    first = tokens("a@x", f"[PATCH v2 {one}/9] x", at=start)
    assert first & tokens("b@x", f"[PATCH v2 {other}/9] y", at=start + gap)


def test_a_reply_shares_a_token_with_every_mail_that_it_names():
    reply = tokens(
        "r@x", "Re: x", headers="In-Reply-To: <a@x>\nReferences: <root@x> <b@x>\n", sender=BOB
    )
    named = [tokens(f"{name}@x", "[PATCH] x") for name in ("a", "root", "b")]
    assert all(reply & other for other in named)


def test_two_replies_to_a_mail_that_never_came_share_a_token():
    headers = "In-Reply-To: <missing@x>\n"
    assert tokens("a@x", "Re: x", headers=headers) & tokens("b@x", "Re: y", headers=headers)


def test_mails_of_one_sending_an_hour_apart_share_none():
    assert not tokens("a@x", "[PATCH 1/2] x") & tokens("b@x", "[PATCH 2/2] y", at=3600)


def test_sendings_of_other_people_versions_and_totals_share_none():
    mail = tokens("a@x", "[PATCH v2 1/2] x")
    assert not mail & tokens("b@x", "[PATCH v2 2/2] y", sender=BOB)
    assert not mail & tokens("b@x", "[PATCH v3 2/2] y")
    assert not mail & tokens("b@x", "[PATCH v2 2/3] y")


def test_unnumbered_patches_share_none():
    assert not tokens("a@x", "[PATCH] x") & tokens("b@x", "[PATCH] y")


def test_single_patches_numbered_as_one_of_one_share_none():
    assert not tokens("a@x", "[PATCH 1/1] x") & tokens("b@x", "[PATCH 1/1] y")


def test_a_numbered_reply_shares_none_with_a_patch_of_its_writer():
    assert not tokens("a@x", "[PATCH 1/2] x") & tokens("b@x", "Re: [PATCH 2/2] y")
