"""Turns a diff into HTML, file by file."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe

from ingest.mail.diff_names import read_names
from ingest.mail.diff_scan import Section, find_sections
from patchtrack.web.text import escape_text

# A page shows this much of a diff; all of it can be downloaded.
MOST_LINES = 8_000
MOST_FILES = 500
# The diff of a longer file is folded until the reader opens it.
_LONG_FILE = 1_000
_KINDS = {"+": "add", "-": "del", "@": "hunk", "\\": "hint"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file's diff. `old` is its former name where it was renamed or copied; `html` is None
    where the page would become too long."""

    path: str
    old: str
    added: int
    removed: int
    html: SafeString | None
    folded: bool


def render_diff(diff: str) -> list[FileDiff]:
    """The first MOST_FILES files of a diff in its order, their lines as HTML for inside a `pre`."""
    lines = diff.split("\n")
    left = MOST_LINES
    files = []
    for section in find_sections(lines)[:MOST_FILES]:
        count = section.end - section.start
        left -= count
        files.append(_render_file(lines, section, shown=left >= 0))
    return files


def _render_file(lines: Sequence[str], section: Section, *, shown: bool) -> FileDiff:
    header = lines[section.start : section.body]
    names = read_names(header)
    body = lines[section.body : section.end]
    binary = "GIT binary patch" in [line.rstrip("\r") for line in body[:1]]
    return FileDiff(
        path=names.new or names.old,
        old=names.old if names.new and names.old != names.new else "",
        added=section.added,
        removed=section.removed,
        html=_render_lines(header, body) if shown else None,
        folded=binary or len(body) > _LONG_FILE,
    )


def _render_lines(header: Sequence[str], body: Sequence[str]) -> SafeString:
    """Runs of lines of one kind; a run is a block, so that its colour fills the line."""
    kinds = [("head", line) for line in header] + [(_KINDS.get(x[:1], ""), x) for x in body]
    html = []
    for kind, run in groupby(kinds, key=lambda pair: pair[0]):
        text = "\n".join([escape_text(line) or " " for _, line in run])
        html.append(f'<span class="{kind}">{text}</span>' if kind else f"<span>{text}</span>")
    return mark_safe("".join(html))  # noqa: S308 (every line of it was escaped)
