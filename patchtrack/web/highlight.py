"""Colours code by its language, within bounds: a lexer is never given more than it can chew."""

from collections.abc import Iterator, Sequence
from functools import cache
from time import perf_counter
from typing import NamedTuple

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType

# Lexers that take linear time, by the endings (or the names) of the files they are for.
_LANGUAGES = {
    "bash": "sh bash bats ebuild eclass configure PKGBUILD",
    "c": "c h idc",
    "cmake": "cmake CMakeLists.txt",
    "cpp": "cc cpp cxx c++ hh hpp hxx inl ino ipp tcc",
    "csharp": "cs",
    "css": "css",
    "devicetree": "dts dtsi dtso",
    "docker": "Dockerfile Containerfile",
    "gas": "s S",
    "go": "go",
    "haskell": "hs",
    "html": "html htm xhtml",
    "ini": "ini cfg conf service socket timer desktop gitconfig gitmodules",
    "java": "java",
    "javascript": "js mjs cjs",
    "json": "json",
    "kconfig": "Kconfig",
    "kotlin": "kt kts",
    "lua": "lua",
    "make": "mk mak Makefile makefile GNUmakefile Kbuild Makefile.am",
    "meson": "meson.build meson_options.txt",
    "nix": "nix",
    "ocaml": "ml mli",
    "perl": "pl pm",
    "php": "php",
    "python": "py pyi pyx bb bbclass",
    "ruby": "rb Rakefile Gemfile",
    "rust": "rs",
    "scss": "scss",
    "sql": "sql",
    "swift": "swift",
    "tcl": "tcl",
    "toml": "toml Cargo.lock",
    "typescript": "ts tsx",
    "vim": "vim",
    "xml": "xml xsl svg",
    "yaml": "yaml yml clang-format",
}
_BY_ENDING = {end: name for name, ends in _LANGUAGES.items() for end in ends.split()}
_LONGEST_LINE = 500
# What our style knows, the more particular kind first.
_CLASSES = (
    (Token.Comment.Preproc, "pp"),
    (Token.Comment.PreprocFile, "st"),
    (Token.Comment, "co"),
    (Token.Keyword.Type, "ty"),
    (Token.Keyword, "kw"),
    (Token.Literal.String, "st"),
    (Token.Literal.Number, "nu"),
    (Token.Name.Function, "fn"),
    (Token.Name.Class, "fn"),
    (Token.Name.Tag, "kw"),
    (Token.Name.Attribute, "ty"),
    (Token.Name.Decorator, "pp"),
    (Token.Operator.Word, "kw"),
)


class Span(NamedTuple):
    """A piece of a line, and the class that it has in our style."""

    start: int
    end: int
    css: str


class Budget:
    """How much more a page does for its code: so many characters are coloured, and so many
    `pairs` of lines compared, but nothing after `seconds`. `refused` tells that it ran out."""

    def __init__(self, characters: int, pairs: int, seconds: float = 1.0) -> None:
        self.left = characters
        self.pairs = pairs
        self._deadline = perf_counter() + seconds
        self.refused = False

    def is_over(self) -> bool:
        return perf_counter() > self._deadline

    def grant(self, lines: Sequence[str]) -> int:
        """How many of the lines, from the first, may be coloured; these are paid for."""
        for place, line in enumerate(lines):
            if len(line) > _LONGEST_LINE or len(line) > self.left:
                self.refused = self.refused or len(line) <= _LONGEST_LINE
                return place
            self.left -= len(line)
        return len(lines)


def choose_language(path: str) -> str:
    """The language of a file by its name, or "" for plain text."""
    name = path.rpartition("/")[2]
    return _BY_ENDING.get(name, "") or _BY_ENDING.get(name.rpartition(".")[2], "")


def highlight_lines(language: str, lines: Sequence[str], budget: Budget) -> list[list[Span]]:
    """The coloured pieces of each line, in order and apart; nothing where the budget ends.

    The lines are read as one text, so that a comment may go over several of them.
    """
    spans: list[list[Span]] = [[] for _ in lines]
    if not language or budget.is_over():
        return spans
    granted = list(lines[: budget.grant(lines)])
    row, start = 0, 0
    for at, end, css in _split_tokens(language, "\n".join([*granted, ""]), budget):
        while row < len(granted) and start + len(granted[row]) < at:
            start += len(granted[row]) + 1
            row += 1
        _put_span(spans, granted, (row, start), Span(at, end, css))
    return spans


def _put_span(
    spans: list[list[Span]], lines: Sequence[str], place: tuple[int, int], token: Span
) -> None:
    """Give each line its piece of a token, which begins in the line of this place."""
    row, start = place
    while row < len(lines) and start < token.end:
        end = start + len(lines[row])
        if max(token.start, start) < min(token.end, end):
            first = max(token.start, start) - start
            spans[row].append(Span(first, min(token.end, end) - start, token.css))
        start = end + 1
        row += 1


def _split_tokens(language: str, text: str, budget: Budget) -> Iterator[Span]:
    """The tokens that have a class, in order; a lexer that goes back is not followed."""
    last = 0
    for at, kind, value in _load_lexer(language).get_tokens_unprocessed(text):
        if budget.is_over():
            return
        css = _choose_class(kind)
        if css and at >= last:
            last = at + len(value)
            yield Span(at, last, css)


@cache
def _load_lexer(language: str) -> Lexer:
    return get_lexer_by_name(language)


@cache
def _choose_class(kind: _TokenType) -> str:
    return next((css for known, css in _CLASSES if kind in known), "")
