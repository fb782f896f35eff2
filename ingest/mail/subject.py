"""Subject lines taken apart, in all the ways in which people write them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.mail.values import Subject

# What mailers put before the subject of an answered or forwarded mail, in the languages
# whose mailers do not keep to the English words.
_REPLY_WORDS = (
    "re|ref|aw|antw|antwort|sv|vs|vá|ynt|odp|rif|res|rép|resp|bls|отв|ответ|απ|השב|رد"
    "|回复|回覆|答复|答覆|返信|회신|답장"
)
_FORWARD_WORDS = "fw|fwd|wg|tr|rv|vb|doorst|ilt|továbbítás|转发|轉寄|轉發|転送|전달"
_MARK = r"(?:\s*\[\d{1,4}\]|\s*\(\d{1,4}\)|\^\d{1,4})?\s*[:：]\s*"
_REPLY = re.compile(f"(?:{_REPLY_WORDS}|{_FORWARD_WORDS}){_MARK}", re.IGNORECASE)
_GROUP = re.compile(r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)?)\]\s*")
_OF = r"(?:\s*/\s*|\s+of\s+)"
_NUMBER = re.compile(rf"(?<![\d./])(\d{{1,9}}){_OF}(\d{{1,9}})(?![\d.])(?:/\d+)?", re.IGNORECASE)
# A cover whose author left the template's letter: `0/N`, `00/xx`.
_UNCOUNTED_COVER = re.compile(r"(?<![\w./])0{1,4}\s*/\s*[A-Za-z]\w*(?![\w./])")
_BARE_NUMBER = re.compile(
    rf"(?:(v\d{{1,9}})\s+)?(\d{{1,9}}){_OF}(\d{{1,9}})\s*[:,-]\s*", re.IGNORECASE
)
_BARE_PATCH = re.compile(
    rf"patch\s*((?:v\d{{1,9}}\s*)?\d{{1,9}}{_OF}\d{{1,9}})\s*[:,-]?\s+", re.IGNORECASE
)
_VERSION = re.compile(r"v(?:er)?\.?(\d{1,9})(\.\d{1,9})?", re.IGNORECASE)
_SPELT_VERSION = re.compile(
    r"(?<!\w)(?:v|ver|version|rev|take|try|round)[\s.#]{1,3}(\d{1,9})(?![\w.])", re.IGNORECASE
)
_GLUED_VERSION = re.compile(
    r"(patch|patchset|series|rfc|rft|resend|repost|pull|wip)(v\d[\d.]*)", re.IGNORECASE
)
_GLUED_PATCH = re.compile(r"(rfc|rft|resend|repost|wip)(patch)", re.IGNORECASE)
# A term of ours within a longer word: the "v2" of "net-next-v2", the "RFC" of "PATCH/RFC".
_JOINED_TERM = re.compile(
    r"(?<![^-_/\s])"
    r"(patch|rfc|rft|pull|wip|(?:re-?send|re-?post)\d{0,3}|v\d{1,9}(?:\.\d{1,9})?)"
    r"(?![^-_/\s,;])",
    re.IGNORECASE,
)
_RESEND = re.compile(r"re-?(?:sen[dt]|post|posted)(\d{0,3})", re.IGNORECASE)
_PASTED_NAME = re.compile(r"(?:subject:\s*)+", re.IGNORECASE)
_BLANKS = re.compile(r"[\s,;:()\[\]]+")
_MOST_GROUPS = 20
_PATCH_WORDS = frozenset({"patch", "patches", "patchset", "series", "rfc", "rft", "pull", "wip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What the words of a bracket say; the version is None where none of them gives it."""

    prefixes: tuple[str, ...]
    version: int | None
    label: str
    is_patch: bool


def _split_words(group: str) -> list[str]:
    """The words of a bracket; `PATCHv3`, `RFC-PATCH` and `v2-resend` are two words each."""
    group = _SPELT_VERSION.sub(r"v\1", group)
    group = _GLUED_PATCH.sub(r"\1 \2", _GLUED_VERSION.sub(r"\1 \2", group))
    words = _BLANKS.split(_JOINED_TERM.sub(r" \1 ", group))
    return [word for word in (word.strip("-_/") for word in words) if word]


@lru_cache(maxsize=1000)
def _read_terms(group: str) -> _Terms:
    """Read the words of a bracket without its number.

    Remembered, because a list's brackets differ in little else.
    """
    version, label, is_patch = None, "", False
    words = _split_words(group)
    for word in words:
        if match := _VERSION.fullmatch(word):
            version = int(match[1])
            label = match[1] + match[2] if match[2] else label
        elif match := _RESEND.fullmatch(word):
            label = "resend" + match[1]
        is_patch = is_patch or match is not None or word.lower() in _PATCH_WORDS
    prefixes = tuple(word for word in words if word.lower() not in ("patch", "patches"))
    return _Terms(prefixes=prefixes, version=version, label=label, is_patch=is_patch)


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


class _Reading:
    """What has been gathered from a subject so far, from left to right."""

    def __init__(self) -> None:
        self.prefixes: list[str] = []
        self.is_reply = False
        self.is_patch = False
        self.version = 1
        self.label = ""
        self.number: int | None = None
        self.total: int | None = None

    def add_number(self, number: str, total: str) -> None:
        """Take `n/m` as the patch's number when it can be one."""
        if self.number is None and int(number) <= int(total) != 0:
            self.number, self.total = int(number), int(total)
        self.is_patch = True
        self.prefixes.append(f"{number}/{total}")

    def add_terms(self, terms: _Terms) -> None:
        self.prefixes += terms.prefixes
        self.version = self.version if terms.version is None else terms.version
        self.label = terms.label or self.label
        self.is_patch = self.is_patch or terms.is_patch

    def add_group(self, group: str) -> None:
        numbered = _NUMBER.search(group)
        if numbered:
            self.add_terms(_read_terms(_cut(group, numbered)))
            self.add_number(numbered[1], numbered[2])
            return
        uncounted = _UNCOUNTED_COVER.search(group)
        terms = _read_terms(_cut(group, uncounted) if uncounted else group)
        if uncounted and terms.is_patch and self.number is None:
            self.add_terms(terms)
            self.number, self.total = 0, 0
            self.prefixes.append(uncounted[0])
        else:
            self.add_terms(_read_terms(group))


def _read_prefixes(text: str, reading: _Reading) -> int:
    """Read reply marks and brackets at the start of `text`; where they end."""
    position = 0
    for _ in range(_MOST_GROUPS):
        if mark := _GROUP.match(text, position):
            reading.add_group(mark[1])
        # In "[PATCH] re: foo" the "re:" is the patch's own; in "[list] Re: foo" it is a reply's.
        elif not reading.is_patch and (mark := _REPLY.match(text, position)):
            reading.is_reply = True
        else:
            break
        position = mark.end()
    return position


def _read_bare_number(text: str, position: int, reading: _Reading) -> int:
    """Read `[PATCH] 1/2: x` and `PATCH1/8 x`, whose number stands outside of brackets."""
    if reading.number is not None:
        return position
    bare = _BARE_PATCH.match(text, position)
    if bare:
        reading.add_group(bare[1])
        return bare.end()
    bare = _BARE_NUMBER.match(text, position) if reading.is_patch else None
    if not bare:
        return position
    reading.add_terms(_read_terms(bare[1] or ""))
    reading.add_number(bare[2], bare[3])
    return bare.end()


def split_subject(text: str) -> Subject:
    """Take a decoded subject apart; every string has a reading, in linear time.

    `[PATCH 3/4/5]` is 3 of 4; `[PATCH 0.5/5]`, `[PATCH 4/3]` and `[PATCH 0/0]` are unnumbered;
    `[PATCH 0/N]` is 0 of 0, a cover that does not know how many patches it has.
    A forwarded mail (`Fwd:`) counts as a reply: it is somebody's word about a patch.
    """
    text = " ".join(text.split())
    if pasted := _PASTED_NAME.match(text):
        text = text[pasted.end() :]
    reading = _Reading()
    position = _read_prefixes(text, reading)
    position = _read_bare_number(text, position, reading)
    return Subject(
        text=text,
        name=text[position:].lstrip(": ") or text,
        prefixes=tuple(reading.prefixes),
        is_reply=reading.is_reply,
        version=reading.version,
        label=reading.label,
        number=reading.number,
        total=reading.total,
    )
