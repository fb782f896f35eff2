"""Mails that are written to stall or to crash their reader, of any size."""

from collections.abc import Callable

SMALL = b"From: a@x\nSubject: [PATCH] x\nMessage-ID: <1@x>\nDate: Tue, 3 Feb 2026 09:00:00 +0000\n"
MIXED = SMALL + b"Content-Type: multipart/mixed; boundary=a\n"
HTML = SMALL + b"Content-Type: text/html\n\n"
FLOWED = SMALL + b"Content-Type: text/plain; format=flowed\n\n"
PULL = (
    SMALL
    + b"\nThe following changes since commit 1:\n\nare available in the Git repository at:\n\n"
)
HUNK = b"--- a/x\n+++ b/x\n@@ -1,99999999 +1,99999999 @@\n"

Mail = Callable[[int], bytes]


def fill(head: bytes, unit: bytes, tail: bytes = b"") -> Mail:
    """A mail in which `unit` is repeated until its size is reached."""
    return lambda size: head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def field(name: bytes, unit: bytes) -> Mail:
    """A mail with one very long field."""
    return fill(SMALL.replace(name + b": ", b"X-") + name + b": ", unit, b"\n\nHello.\n")


def body(unit: bytes, head: bytes = SMALL + b"\n") -> Mail:
    return fill(head, unit)


def nest(size: int) -> bytes:
    """A mail of parts within parts, as deep as the size allows."""
    count = size // 60
    heads = [b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(count)]
    return SMALL + b"".join(heads) + b"\nHello.\n"


def many_charsets(size: int) -> bytes:
    parts = [b"--a\nContent-Type: text/plain; charset=x%d\n\nx\n" % n for n in range(size // 48)]
    return MIXED + b"\n" + b"".join(parts)


def many_ids(size: int) -> bytes:
    ids = b" ".join([b"<%d@x>" % n for n in range(size // 12)])
    return SMALL + b"References: " + ids + b"\n\nHello.\n"


MAILS: dict[str, Mail] = {
    "fields": fill(SMALL, b"a:b\n"),
    "unlike fields": lambda size: b"".join([b"f%d:\n" % n for n in range(size // 9)]),
    "hops without a date": fill(SMALL, b"Received: by a; never\n", b"\n"),
    "hops of nothing": fill(SMALL, b"received:\n", b"\n"),
    "list-ids": fill(SMALL, b"List-Id: <a>\n", b"\n"),
    "list addresses": fill(SMALL, b"List-Post: <mailto:a@x\n", b"\n"),
    "one fold": fill(SMALL + b"X-A: ", b"\n "),
    "lines that are no fields": fill(b"a:b\n", b"a\n"),
    "envelopes": fill(b"", b"From \n", b"a: b\n\n"),
    "empty lines before the header": fill(b"", b"\n", SMALL),
    "a name without an end": fill(SMALL, b"a"),
    "subject of brackets": field(b"Subject", b"[a]"),
    "subject of open brackets": field(b"Subject", b"["),
    "subject of replies": field(b"Subject", b"Re: "),
    "subject of numbers": field(b"Subject", b"[PATCH 1/2 "),
    "subject of digits": field(b"Subject", b"9"),
    "subject of words": field(b"Subject", b"=?utf-8?q?a?= "),
    "subject of open words": field(b"Subject", b"=?a?q?"),
    "subject of subjects": field(b"Subject", b"Subject: "),
    "references of brackets": field(b"References", b"<"),
    "references of commas": field(b"References", b"<a@b,"),
    "references of one bracket": field(b"References", b"<a@b,c@d>"),
    "references of words": field(b"References", b"a@b "),
    "references": many_ids,
    "list-id of brackets": field(b"List-Id", b"<"),
    "message-id": field(b"Message-ID", b"a"),
    "message-id of blanks": field(b"Message-ID", b"a "),
    "from of words": field(b"From", b"a at "),
    "from of quotes": field(b"From", b'"'),
    "from of backslashes": field(b"From", b'"\\'),
    "from of comments": field(b"From", b"("),
    "from of brackets": field(b"From", b"<"),
    "from of mailboxes": field(b"From", b"a via b <a=b.c@d>,"),
    "from of vias": field(b"From", b"a via "),
    "date": field(b"Date", b"1 "),
    "type of parameters": field(b"Content-Type", b"; a=b"),
    "type of quotes": field(b"Content-Type", b';a="\\'),
    "type of blanks": field(b"Content-Type", b"; "),
    "parts": fill(MIXED + b"\n", b"--a\n\n"),
    "parts that are none": fill(MIXED + b"\n--a\n", b"\n--ab"),
    "parts with types": fill(MIXED + b"\n", b"--a\nContent-Type: text/plain\n\nx\n"),
    "parts that are mails": fill(MIXED + b"\n", b"--a\nContent-Type: message/rfc822\n\na:b\n\n"),
    "parts of many charsets": many_charsets,
    "parts within parts": nest,
    "mails within mails": fill(SMALL, b"Content-Type: message/rfc822\n\n"),
    "base64": body(b"QQ==", SMALL + b"Content-Transfer-Encoding: base64\n\n"),
    "base64 of equal signs": body(b"=", SMALL + b"Content-Transfer-Encoding: base64\n\n"),
    "base64 and not": body(b"QQ\n_\n", SMALL + b"Content-Transfer-Encoding: base64\n\n"),
    "quoted-printable": body(b"=", SMALL + b"Content-Transfer-Encoding: quoted-printable\n\n"),
    "western": body(b"\xff"),
    "western and not": body(b"\xff \xc3\xa9"),
    "nul": body(b"\0"),
    "utf-16": body(b"\xd8\x00", SMALL + b"Content-Type: text/plain; charset=utf-16\n\n"),
    "iso-2022": body(b"\x1b$B", SMALL + b"Content-Type: text/plain; charset=iso-2022-jp\n\n"),
    "gb18030": body(b"\x83\x36\xc7\x38", SMALL + b"Content-Type: text/plain; charset=gbk\n\n"),
    "underscores": body(b"_"),
    "rulers": body(b"____________\n"),
    "signatures": body(b"-- \n"),
    "empty lines": body(b"\n"),
    "carriage returns": body(b"\r"),
    "changes": body(b"The following changes since commit\n"),
    "offers": body(b"are available in the Git repository at:\n\n", PULL),
    "a pull url": body(b"x", PULL + b"  https://x/"),
    "trailers": body(b"Acked-by: a <a@x>\n"),
    "a folded trailer": body(b"\n (", SMALL + b"\nFixes: 1 ("),
    "quotes": body(b"> "),
    "a hunk without an end": body(b" \n", SMALL + b"\n" + HUNK),
    "hunks": body(b"@@ -1 +1 @@\n", SMALL + b"\n" + HUNK),
    "diffs": body(b"diff --git a/x b/x\nindex 1234567..89abcde\n"),
    "headers of diffs": body(b"--- a\n+++ b\n", SMALL + b"\n@@ -1 +1 @@\n"),
    "a binary patch": body(
        b"zcmV\n", SMALL + b"\ndiff --git a/x b/x\nGIT binary patch\nliteral 9\n"
    ),
    "html tags": body(b"<a ", HTML),
    "html comments": body(b"<!--", HTML),
    "html quotes": body(b"<blockquote>x", HTML),
    "html entities": body(b"&#9", HTML),
    "flowed lines": body(b"> a \n", FLOWED),
    "a flowed line": body(b"a \n", FLOWED),
    "flowed quotes": body(b">", FLOWED),
}
