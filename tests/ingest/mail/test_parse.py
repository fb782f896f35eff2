"""Whole mails, each with one oddity, are read as people would read them."""

from datetime import UTC, datetime

import pytest

from ingest.mail import Body, parse_body, parse_mail, parse_sent
from ingest.mail.values import Address, FileChange, Hints
from ingest.threads import derive_nature
from tests.ingest.mail.reading import mail, parse, read

BASIL = "Basil Sage <basil@example.org>"


def test_a_patch_as_git_sends_it():
    parsed = read("quoted-printable-patch")
    assert derive_nature(parsed) == "patch"
    assert parsed.author == Address(name="Flora Fern", address="flora@example.org")
    assert parsed.date == datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
    assert parsed.message_id == "1@garden.example.org"
    assert parsed.facts.files == (FileChange(path="gate.c", added=1, removed=1),)
    assert parsed.flags == ()


def test_the_body_alone_is_read_as_with_all_the_rest():
    raw = mail("two-attached-patches")
    parsed = parse_mail(raw)
    assert parse_body(raw) == Body(message=parsed.message, diff=parsed.diff)
    assert parse_sent(raw) == (parsed.author, parse_body(raw))


def test_the_message_ends_where_the_diff_begins_and_has_no_signature():
    parsed = read("quoted-printable-patch")
    assert parsed.message.endswith(
        " gate.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n"
    )
    assert parsed.diff.startswith("diff --git a/gate.c b/gate.c\n")
    assert parsed.diff.endswith("\n }\n")


def test_a_long_line_of_quoted_printable_is_whole():
    assert (
        "a rather long line that quoted-printable has to break */\n"
        in read("quoted-printable-patch").diff
    )


# Covers and pull requests.


def test_a_cover_with_an_unindented_interdiff_is_a_cover():
    parsed = read("cover-with-interdiff")
    assert derive_nature(parsed) == "cover"
    assert parsed.facts.paths == ("gate.c",)
    assert "bench: Paint it green" in parsed.message


def test_the_cover_of_a_pull_request_is_a_cover_and_says_what_to_pull():
    parsed = read("pull-cover")
    assert derive_nature(parsed) == "cover"
    assert parsed.pull_url == "https://git.example.org/garden.git tags/spring-2026"


def test_a_pull_request_that_was_signed_and_wrapped_is_a_patch():
    parsed = read("pull-request-signed")
    assert derive_nature(parsed) == "patch"
    assert parsed.pull_url == "https://git.example.org/garden.git tags/spring-2026"


def test_an_answer_to_a_pull_request_is_neither():
    raw = mail("pull-cover").replace(b"Subject: ", b"Subject: AW: ")
    assert derive_nature(parse_mail(raw)) == "other"


def test_what_carries_nothing_and_answers_nothing_may_be_a_letter():
    alone = mail("pull-cover").replace(b"0/10", b"").replace(b"git.example.org", b"")
    assert derive_nature(parse_mail(alone)) == "letter"
    assert derive_nature(parse_mail(b"In-Reply-To: <tea@example.org>\n" + alone)) == "other"


# Charsets and transfer codings that lie.


@pytest.mark.parametrize(
    "name", ["ascii-holds-utf8", "utf8-holds-a-latin1-byte", "charset-is-y", "latin1-is-utf8"]
)
def test_a_charset_that_lies_is_seen_through_and_flagged(name):
    parsed = read(name)
    assert "Open the gate for Zoë and the hedgehogs.\n" in parsed.message
    assert "Acked-by: Zoë Moss <zoe@example.org>\n" in parsed.message
    assert parsed.flags == ("charset",)
    assert derive_nature(parsed) == "patch"


def test_a_true_charset_is_not_flagged():
    assert "Zoë" in read("latin1").message
    assert read("latin1").flags == ()


def test_a_footer_in_clear_text_after_base64_is_cut_like_any_other():
    parsed = read("base64-before-a-clear-footer")
    assert parsed.message == "Acked-by: Zoë Moss <zoe@example.org>\n"
    assert parsed.flags == ("charset",)


def test_clear_text_that_is_called_base64_is_read():
    assert read("clear-text-called-base64").message == "Hello, I like it. Open the gate!\n"


def test_base64_that_was_cut_short_is_read_as_far_as_it_goes():
    assert read("base64-cut-short").message.startswith("Acked-by: Zoe Moss <zoe@example.org>\nThe")


def test_an_encoded_subject_may_be_cut_within_a_character():
    assert read("subject-cut-in-a-character").subject.name == "gate: Zoë's hedgehog"


# Nothing of the message is lost.


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("underlined-title", "Opening hours\n_____________\n\nFrom nine to five."),
        ("signature-mark-in-the-middle", "-- \nNo dogs\n\nbut it means cats, too.\n"),
        (
            "prose-like-a-diff",
            "diff output is all I get, and\nIndex: gate.c\nis the whole of it.\n",
        ),
        ("prose-like-a-diff", "--- nothing\n+++ comes\nafter that.\n"),
    ],
)
def test_what_only_looks_like_an_end_or_a_diff_stays_in_the_message(name, lines):
    assert lines in read(name).message


@pytest.mark.parametrize("name", ["underlined-title", "signature-mark-in-the-middle"])
def test_what_follows_it_is_read(name):
    parsed = read(name)
    assert [trailer.key for trailer in parsed.trailers] == ["Signed-off-by"]
    assert parsed.facts.paths == ("gate.c",)


def test_prose_is_no_patch():
    parsed = read("prose-like-a-diff")
    assert (parsed.diff, parsed.facts) == ("", None)


def test_a_footer_that_came_as_a_part_of_its_own_is_cut():
    assert "mailing list" not in read("footer-as-a-part").message


# Attached patches.


def test_a_patch_attached_as_some_bytes_counts():
    parsed = read("patch-as-octet-stream")
    assert derive_nature(parsed) == "patch"
    assert parsed.message == "Hello,\n\nthis opens the gate.\n"
    assert parsed.facts.paths == ("gate.c",)


def test_of_an_attached_format_patch_mail_message_and_diff_are_kept():
    parsed = read("format-patch-attached")
    assert parsed.message.startswith("Hello,\n\nthis opens the gate.\n")
    assert f"From: {BASIL}\n" in parsed.message
    assert "The birds are up.\n" in parsed.message
    assert parsed.facts.paths == ("gate.c",)


def test_of_two_attached_patches_both_count():
    parsed = read("two-attached-patches")
    assert [change.path for change in parsed.facts.files] == ["gate.c", "bench.c"]
    assert parsed.message == "Hello,\n\nthis opens the gate.\n"


def test_the_patch_in_an_attached_mail_counts():
    assert read("attached-mail").facts.paths == ("gate.c",)


# HTML and format=flowed.


def test_an_html_mail_is_readable_and_its_patch_is_found():
    parsed = read("html-only")
    assert parsed.message == "Dear all,\n\nthis opens the gate & lets cats in.\n"
    assert parsed.diff == read("patch-as-octet-stream").diff


def test_an_html_twin_is_not_read_twice():
    assert read("html-beside-plain").message == "Looks good.\n"


def test_an_html_twin_is_read_where_the_plain_one_is_blank():
    assert read("html-beside-blank").message.strip() == "Looks good."


def test_flowed_lines_are_joined_and_the_patch_among_them_is_as_it_was_sent():
    parsed = read("flowed")
    assert "hedgehogs cannot visit. Open it" in parsed.message
    assert parsed.diff == read("patch-as-octet-stream").diff


def test_a_patch_that_only_says_it_is_flowed_is_left_alone():
    raw = mail("latin1").replace(b"charset=iso-8859-1", b"charset=iso-8859-1; format=flowed")
    assert parse_mail(raw).diff == read("latin1").diff


def test_quotes_of_a_flowed_mail_are_joined_by_themselves():
    assert read("flowed-reply").message == (
        "> Open it when the sun comes up.\nThat is very early.\n"
    )


# Odd headers.


def test_a_header_without_an_end_is_ended_by_the_first_line_that_is_no_field():
    parsed = read("header-without-end")
    assert parsed.subject.name == "gate: Open in the morning"
    assert parsed.message == "Open the gate, please.\n\nThe birds are up.\n"


def test_the_envelope_of_an_mbox_is_passed_over():
    assert read("mbox-envelope").author.name == "Flora Fern"


def test_a_date_in_the_future_is_the_one_of_arrival_and_flagged():
    parsed = read("date-in-the-future")
    assert parsed.date == datetime(2026, 2, 3, 9, 0, 5, tzinfo=UTC)
    assert parsed.flags == ("date",)


def test_the_author_behind_a_list_is_found():
    parsed = read("from-rewritten-by-the-list")
    assert parsed.author == Address(name="Flora Fern", address="flora@example.org")
    assert parsed.list_ids == ("garden.lists.example.org",)
    assert parsed.flags == ()


def test_an_author_who_cannot_be_known_is_flagged():
    raw = mail("from-rewritten-by-the-list").replace(b"Reply-To", b"X-Reply-To")
    assert parse_mail(raw).flags == ("sender",)


def test_a_mail_may_hold_no_text_and_no_subject():
    parsed = read("no-text-at-all")
    assert (parsed.message, parsed.diff, parsed.facts) == ("", "", None)
    assert parse("From: a@x").subject.text == ""


# Trailers and hints.


def test_trailers_are_read_in_one_spelling():
    assert [(trailer.key, trailer.value) for trailer in read("trailers").trailers] == [
        ("Fixes", '0123456789ab ("gate: Shut it at night")'),
        ("Link", "https://example.org/hedgehogs"),
        ("Acked-by", "Zoe Moss <zoe@example.org>"),
        ("Gardened-by", BASIL),
        ("Reviewed-and-tested-by", BASIL),
        ("Signed-off-by", "Flora Fern <flora@example.org>"),
        ("base-commit", "89abcdef0123456789abcdef0123456789abcdef"),
        ("change-id", "20260203-gate-0123456789ab"),
    ]


def test_further_tags_are_read_when_they_are_asked_for():
    raw = mail("trailers").replace(b"Link:", b"Planted-in:")
    assert "Planted-in" not in {trailer.key for trailer in parse_mail(raw).trailers}
    assert "Planted-in" in {trailer.key for trailer in parse_mail(raw, ["Planted-in"]).trailers}


def test_hints_are_read():
    assert read("hints").hints == Hints(
        ignore=True, state="under-review", delegate="basil@example.org", action_required=True
    )


def test_without_hints_there_are_none():
    assert read("latin1").hints == Hints()


# Two copies of one mail.

RECEIVED = b"Received: from a by b; Wed, 4 Feb 2026 10:00:00 +0100\n"


@pytest.mark.parametrize(
    "travel",
    [
        lambda raw: RECEIVED + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b"To: garden@", b"X-Spam: no\nTo: garden@"),
        lambda raw: raw.replace(b"8bit\n", b"8bit\nList-Id: <garden.example.org>\n"),
    ],
)
def test_copies_that_say_the_same_have_one_content_hash_however_they_travelled(travel):
    raw = mail("latin1")
    assert travel(raw) != raw
    assert parse_mail(travel(raw)).content_hash == parse_mail(raw).content_hash


def test_empty_lines_at_the_end_come_and_go_with_the_archive():
    raw = mail("header-without-end")
    assert parse_mail(raw + b"\n\n").content_hash == parse_mail(raw).content_hash


def test_a_patch_of_a_crlf_file_is_the_same_whatever_the_line_ends_of_the_transport():
    raw = mail("latin1").replace(b"SHUT;\n", b"SHUT;\r\n").replace(b"OPEN;\n", b"OPEN;\r\n")
    assert "return OPEN;\r\n" in parse_mail(raw).diff
    assert parse_mail(raw.replace(b"\n", b"\r\n")) == parse_mail(raw)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Flora Fern <flora@", b"Flora Fern <fauna@"),
        (b"Subject: [PATCH]", b"Subject: [PATCH v2]"),
        (b"Date: Tue, 3", b"Date: Tue, 4"),
        (b"Message-ID:", b"In-Reply-To: <0@x>\nMessage-ID:"),
        (b"Open the gate", b"Shut the gate"),
        (b"+\treturn OPEN", b"+\treturn AJAR"),
    ],
)
def test_copies_that_say_something_else_have_another(old, new):
    raw = mail("latin1")
    assert old in raw
    assert parse_mail(raw.replace(old, new)).content_hash != parse_mail(raw).content_hash


def test_the_time_of_a_copy_is_that_of_its_topmost_hop_which_no_sender_writes():
    forged = b"Received: from forger by b; Thu, 1 Jan 1998 00:00:00 +0000\n" + mail("latin1")
    parsed = parse_mail(RECEIVED + forged)
    assert parsed.hop_date == datetime(2026, 2, 4, 9, 0, tzinfo=UTC)
