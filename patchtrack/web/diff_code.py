"""Turns the lines of a file's diff into HTML: coloured by language, changed words marked."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from patchtrack.web.diff_lines import Change, Line, split_hunks
from patchtrack.web.highlight import Budget, Span, highlight_lines
from patchtrack.web.text import LONGEST_LINE, escape_all, escape_text
from patchtrack.web.words import find_changed_words

_CHANGED = "wd"


def render_code(
    language: str, lines: Sequence[Line], changes: Sequence[Change], budget: Budget
) -> list[str]:
    """Each line as HTML, its mark in front."""
    spans = _colour_lines(language, lines, budget)
    marks = _mark_words(lines, changes, budget)
    return [
        _render_line(line.text, spans.get(place, ()), marks.get(place, ()))
        for place, line in enumerate(lines)
    ]


def _colour_lines(language: str, lines: Sequence[Line], budget: Budget) -> dict[int, list[Span]]:
    """The coloured pieces of the lines, the first character of which is not the file's.

    Of each hunk the text before and the text after are read, each as a whole.
    """
    spans: dict[int, list[Span]] = {}
    for hunk in split_hunks(lines) if language else ():
        kinds = {lines[place].kind for place in hunk}
        for passed_over, changed in (("add", "del"), ("del", "add")):
            if changed in kinds or (changed == "add" and "del" not in kinds):
                side = [at for at in hunk if lines[at].kind not in (passed_over, "hint")]
                texts = [lines[at].text[1:] for at in side]
                spans.update(zip(side, highlight_lines(language, texts, budget), strict=True))
    return spans


def _mark_words(
    lines: Sequence[Line], changes: Sequence[Change], budget: Budget
) -> dict[int, list[Span]]:
    """The words that differ between the lines removed and those that replaced them."""
    marks: dict[int, list[Span]] = {}
    pairs = [pair for change in changes for pair in zip(change.removed, change.added, strict=False)]
    granted = pairs[: budget.pairs]
    budget.pairs -= len(granted)
    for old, new in granted:
        gone, come = find_changed_words(lines[old].text[1:], lines[new].text[1:])
        marks[old] = [Span(*words, _CHANGED) for words in gone]
        marks[new] = [Span(*words, _CHANGED) for words in come]
    return marks


def _render_line(text: str, spans: Sequence[Span], marks: Sequence[Span]) -> str:
    """A line as HTML, its mark in front; spans and marks do not count that one character."""
    if not spans and not marks:
        return escape_text(text)
    html = [escape_all(text[:1])]
    code = text[1:LONGEST_LINE]
    at = 0
    for start, end, css in _cross(spans, marks) if marks else spans:
        html.append(escape_all(code[at:start]))
        html.append(f'<span class="{css}">{escape_all(code[start:end])}</span>')
        at = end
    html.append(escape_text(text[at + 1 :]))
    return "".join(html)


def _cross(spans: Sequence[Span], marks: Sequence[Span]) -> Iterator[Span]:
    """Pieces that are in one span, in one mark, or in one of both."""
    edges = sorted({edge for span in (*spans, *marks) for edge in span[:2]})
    waiting, marked = list(reversed(spans)), list(reversed(marks))
    for start, end in pairwise(edges):
        classes = []
        for stack in (waiting, marked):
            while stack and stack[-1].end <= start:
                stack.pop()
            if stack and stack[-1].start <= start:
                classes.append(stack[-1].css)
        if classes:
            yield Span(start, end, " ".join(classes))
