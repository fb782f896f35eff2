"""Reads what a form says is to be decided about which patches."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import QueryDict

from patchtrack.models import Patch, State
from patchtrack.services.changes import Decision

_ARCHIVED = {"yes": True, "no": False}
_NOBODY = "-"
_NOT_OURS = "The form is not as we sent it; please reload the page."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a form offers: of the states, as `find_states` gives them, those not hidden."""

    states: Sequence[State]
    delegates: Sequence[AbstractBaseUser]


class Unclear(Exception):
    """What a form says cannot be understood; the text says it to people."""


def parse_decision(form: Mapping[str, str], choices: Choices) -> Decision:
    """What `state`, `delegate` ("-" for nobody) and `archived` ("yes", "no") ask for; what is
    left empty stays as it is. Raises Unclear."""
    wanted: dict[str, int | bool | None] = {}
    if state := form.get("state"):
        offered = [row.pk for row in choices.states if not row.is_hidden]
        wanted["state_id"] = _choose(state, offered, "state")
    if delegate := form.get("delegate"):
        wanted["delegate_id"] = (
            None
            if delegate == _NOBODY
            else _choose(delegate, [row.pk for row in choices.delegates], "delegate")
        )
    if archived := form.get("archived"):
        if archived not in _ARCHIVED:
            raise Unclear("A patch is archived or it is not.")
        wanted["archived"] = _ARCHIVED[archived]
    return wanted


def _choose(said: str, offered: Iterable[int], what: str) -> int:
    for value in offered:
        if said == str(value):
            return value
    raise Unclear(f"This {what} is not offered here; please reload the page.")


def describe_decision(wanted: Decision, choices: Choices) -> str:
    """What is decided, as the end of a sentence: "Accepted, delegated to jane, archived"."""
    parts = []
    if "state_id" in wanted:
        names = {row.pk: row.name for row in choices.states}
        parts.append(names[wanted["state_id"]])
    if "delegate_id" in wanted:
        users = {row.pk: row.get_username() for row in choices.delegates}
        delegate = wanted["delegate_id"]
        parts.append(f"delegated to {users[delegate] if delegate else 'nobody'}")
    if "archived" in wanted:
        parts.append("archived" if wanted["archived"] else "not archived")
    return ", ".join(parts)


def format_seen(patch: Patch) -> str:
    """A patch and what is decided about it, as a form sends it back."""
    return f"{patch.pk}:{patch.state_id}:{patch.delegate_id or _NOBODY}:{int(patch.archived)}"


def parse_seen(values: Iterable[str]) -> dict[int, Decision]:
    """What `format_seen` wrote, by the patches' ids; an id alone says nothing of what was seen.
    Raises Unclear."""
    return dict(map(_parse_one_seen, values))


def _parse_one_seen(value: str) -> tuple[int, Decision]:
    own, *said = value.split(":")
    try:
        if not said:
            return _read_number(own), {}
        state, delegate, archived = said
        return _read_number(own), {
            "state_id": _read_number(state),
            "delegate_id": None if delegate == _NOBODY else _read_number(delegate),
            "archived": bool(_read_number(archived)),
        }
    except ValueError as error:
        raise Unclear(_NOT_OURS) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Up to which `cursor` a list shows all that happened, and in which `second` (since 1970) it
    was made: by that one can only tell whether it is old."""

    cursor: int
    second: int


def format_made(made: Made) -> str:
    return f"{made.cursor}:{made.second}"


def parse_made(form: Mapping[str, str]) -> Made:
    """What `format_made` wrote into the field `made`. Raises Unclear."""
    try:
        cursor, second = form.get("made", "").split(":")
        return Made(cursor=_read_number(cursor), second=_read_number(second))
    except ValueError as error:
        raise Unclear(_NOT_OURS) from error


def _read_number(text: str) -> int:
    """Raises ValueError for what is no id."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("not a number")
    return int(text)


def digest_decisions(patches: Iterable[tuple[int, int, int | None, bool]]) -> int:
    """A number for what is decided about the patches of a series (their ids, states, delegates,
    archived); it differs when anything of it does."""
    return zlib.crc32(repr(sorted(patches)).encode())


def parse_series(form: QueryDict) -> dict[int, int]:
    """The chosen series, `ID:DIGEST` each, with the digests of what was seen of them.
    Raises Unclear."""
    try:
        pairs = [value.split(":") for value in form.getlist("series")]
        return {_read_number(own): _read_number(digest) for own, digest in pairs}
    except ValueError as error:
        raise Unclear(_NOT_OURS) from error
