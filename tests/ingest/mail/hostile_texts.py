"""Texts that are written to stall one reader, by their start and what is repeated after it."""

from collections.abc import Callable
from functools import partial

from ingest.mail.body import split_body
from ingest.mail.diff import read_diff
from ingest.mail.pull import read_pull_url
from ingest.mail.textual import html_to_text, unflow
from ingest.mail.trailers import read_trailers

HUNK = "--- a/x\n+++ b/x\n@@ -1,99999999 +1,99999999 @@\n"
SECTION = "diff --git a/x b/x\nindex 1234567..89abcde\n"
MERGE = "diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,9999999 -1,9999999 +1,9999999 @@@\n"
SINCE = "The following changes since commit 1234567\n"
OFFER = "are available in the Git repository at:\n"
PLACE = SINCE + OFFER

Reader = Callable[[str], object]

TEXTS: list[tuple[Reader, str, str]] = [
    (split_body, "", "-- \n"),
    (split_body, "", "_"),
    (split_body, "", "____________\nmailing list\n"),
    (split_body, "", "-=-=-=-=-=\n"),
    (split_body, "", "\r"),
    (split_body, HUNK, "\n"),
    (split_body, HUNK, " "),
    (split_body, "", HUNK + "\n" * 40),
    (split_body, "", HUNK.replace("99999999", "1") + " \n+x\n\n" * 20),
    (split_body, "@@ -1 +1 @@\n", "--- a\n+++ b\n"),
    (split_body, "@@ -1 +1 @@\n", "Index: a\n"),
    (read_diff, HUNK, "\n"),
    (read_diff, "", SECTION),
    (read_diff, "", SECTION + 'rename from "\\'),
    (read_diff, MERGE, "  \n"),
    (read_diff, SECTION + "GIT binary patch\nliteral 9\n", "AcmZ??\n"),
    (read_diff, 'diff --git "', "\\"),
    (read_diff, "diff --git ", " b/x"),
    (read_diff, "--- ", " 2024-01-02"),
    (read_trailers, "", "a:\n"),
    (read_trailers, "", "a-"),
    (read_trailers, "Acked-by: ", "(\n "),
    (partial(read_trailers, tags=("a b", "a")), "", "\na "),
    (read_pull_url, "", SINCE),
    (read_pull_url, "", PLACE),
    (read_pull_url, SINCE, "\nare "),
    (read_pull_url, PLACE, "\n"),
    (read_pull_url, PLACE, "x"),
    (html_to_text, "", "<"),
    (html_to_text, "", "<a "),
    (html_to_text, "", "<!--"),
    (html_to_text, "", "<script>"),
    (html_to_text, "", "<blockquote>x"),
    (html_to_text, "<", "a"),
    (html_to_text, "", "&#9"),
    (html_to_text, "<pre>", "\n"),
    (partial(unflow, delsp=True), "", "> a \n"),
    (partial(unflow, delsp=True), "", ">"),
]


def fill(start: str, unit: str, size: int) -> str:
    """A text of about so many characters."""
    return start + unit * (size // len(unit))
