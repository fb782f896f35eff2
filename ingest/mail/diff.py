"""Parts a text into message and diff, and reads what a diff changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.mail.diff_names import Names, read_names
from ingest.mail.diff_scan import Section, find_sections, may_hold_diff
from ingest.mail.patch_hash import hash_diff
from ingest.mail.values import Body, DiffFacts, FileChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """A text whose diffs are taken out: `before` is all text up to the end of the last of them
    (also what stands between two), `after` what follows it. Each holds whole lines, LF ended."""

    before: str
    diff: str
    after: str


def split_halves(text: str) -> Halves:
    """Take the diffs out of a text; without any, the whole text is `after`."""
    if not may_hold_diff(text):
        return Halves(before="", diff="", after=_end_line(text))
    lines = _end_line(text).split("\n")[:-1]
    sections = find_sections(lines)
    before: list[str] = []
    diff: list[str] = []
    end = 0
    for section in sections:
        before += lines[end : section.start]
        diff += lines[section.start : section.end]
        end = section.end
    return Halves(before=_join(before), diff=_join(diff), after=_join(lines[end:]))


def split_diff(text: str) -> Body:
    """Part a text into message and diff; together they hold every line of it, in order.

    A line ends with LF; the last one is given one if it has none. Quoted ("> ") and
    indented diffs are text, as is all that git and others print around a diff: the `---`
    separator, the diffstat, a base-commit, the signature.
    """
    halves = split_halves(text)
    return Body(message=halves.before + halves.after, diff=halves.diff)


def read_diff(diff: str) -> DiffFacts:
    """Read the files, the touched paths and the patch hash of a diff that split_diff found."""
    lines = _end_line(diff).split("\n")[:-1]
    found = [
        (section, read_names(lines[section.start : section.body]))
        for section in find_sections(lines)
    ]
    return DiffFacts(
        files=tuple(_change(section, names) for section, names in found),
        paths=tuple(sorted(_touched(names for _, names in found))),
        hash=hash_diff(diff),
    )


def _change(section: Section, names: Names) -> FileChange:
    return FileChange(path=names.new or names.old, added=section.added, removed=section.removed)


def _touched(names: Iterable[Names]) -> set[str]:
    return {path for pair in names for path in (pair.old, pair.new)} - {""}


def _join(lines: Sequence[str]) -> str:
    return "".join([line + "\n" for line in lines])


def _end_line(text: str) -> str:
    return text + "\n" if text and not text.endswith("\n") else text
