"""The filters of a list in its address, under Patchwork's names, and how they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from patchtrack.models import Check, Person, Series, State
from patchtrack.services.filtering import NOBODY, PatchFilter

_ARCHIVED = {"true": True, "both": None}
CHECKS = {"none": PatchFilter.NO_CHECKS} | {result.label: result.value for result in Check.Result}
_CHECK_NAMES = {value: name for name, value in CHECKS.items()}
_NOBODY_OF_PATCHWORK = "Nobody"
# Numbers beyond this are no id of any database.
_LONGEST_NUMBER = 18
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is set: its name, what it is set to, and the address without it."""

    name: str
    value: str
    remove: str


def parse_filter(
    parameters: Mapping[str, str],
    states: list[State],
    viewer: AbstractBaseUser | AnonymousUser | None = None,
) -> PatchFilter:
    """Read `state`, `submitter`, `series`, `delegate`, `q`, `prefix`, `path`, `tag`, `check`,
    `since`, `before` and `archive` (or `archived`).

    A state is an id or a slug, "*" means any, and several may stand in a comma separated
    list; the delegate "me" is the viewer. What cannot be understood is passed over, as
    Patchwork does; `parse_unread` tells of it.
    """
    said = {name: clean_value(value) for name, value in parameters.items()}
    state = said.get("state", "")
    slugs = {str(row.pk): row.slug for row in states} | {row.slug: row.slug for row in states}
    archive = said.get("archive") or said.get("archived", "")
    series = _read_id(said.get("series", ""))
    return PatchFilter(
        states=tuple(slugs[word] for word in state.split(",") if word in slugs),
        any_state=state == "*",
        submitter=_read_id(said.get("submitter", "")),
        series=series if isinstance(series, int) else None,
        delegate=_read_delegate(said.get("delegate", ""), viewer),
        text=said.get("q", ""),
        prefix=said.get("prefix", ""),
        path=said.get("path", "").strip("/"),
        tag=said.get("tag", ""),
        check=CHECKS.get(said.get("check", "")),
        since=_read_date(said.get("since", "")),
        before=_read_date(said.get("before", "")),
        archived=_ARCHIVED.get(archive.lower(), False),
    )


def clean_value(value: str) -> str:
    """What a parameter says, as far as it is read."""
    return value.replace("\0", "").strip()[:_LONGEST_TEXT]


def _read_id(value: str) -> int | str:
    is_number = value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER
    return int(value) if is_number else value


def _read_delegate(value: str, viewer: AbstractBaseUser | AnonymousUser | None) -> int | str:
    if value == _NOBODY_OF_PATCHWORK:
        return NOBODY
    if value == "me" and viewer and viewer.is_authenticated:
        return viewer.pk
    return _read_id(value)


def _read_date(value: str) -> datetime | None:
    """The beginning of a day, given as 2026-01-31, in UTC."""
    try:
        return datetime.combine(date.fromisoformat(value), time(tzinfo=UTC))
    except ValueError:
        return None


def _format_date(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def format_filter(wanted: PatchFilter) -> dict[str, str]:
    """The parameters that `parse_filter` reads as this filter."""
    archive = {True: "true", None: "both", False: ""}[wanted.archived]
    parameters = {
        "q": wanted.text,
        "state": "*" if wanted.any_state else ",".join(wanted.states),
        "submitter": str(wanted.submitter),
        "delegate": str(wanted.delegate),
        "prefix": wanted.prefix,
        "path": wanted.path,
        "tag": wanted.tag,
        "check": "" if wanted.check is None else _CHECK_NAMES[wanted.check],
        "since": _format_date(wanted.since),
        "before": _format_date(wanted.before),
        "series": "" if wanted.series is None else str(wanted.series),
        "archive": archive,
    }
    return {name: value for name, value in parameters.items() if value}


def find_chips(
    wanted: PatchFilter,
    states: list[State],
    others: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
) -> list[Chip]:
    """The filters that are set, each with a name for people to read; `others` are parameters
    that stay when one is removed. At most one query for each that is set by an id, unless the
    name is `known`."""
    parameters = format_filter(wanted)
    names = known or {}
    labels = parameters | {
        "state": ", ".join(row.name for row in states if row.slug in wanted.states) or "any",
        "submitter": _find_name(Person, wanted.submitter, names.get("submitter", "")),
        "delegate": _find_user(wanted.delegate, names.get("delegate", "")),
        "series": _find_name(Series, wanted.series or "", names.get("series", "")),
        "archive": "archived only" if wanted.archived else "archived too",
    }
    return [
        Chip(
            name="text" if name == "q" else name,
            value=labels[name],
            remove="?" + urlencode(_without(parameters, name) | dict(others or {})),
        )
        for name in parameters
    ]


def _without(parameters: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: said for key, said in parameters.items() if key != name}


def _find_name(table: type[Person] | type[Series], key: int | str, known: str) -> str:
    if not isinstance(key, int):
        return key
    if known:
        return known
    row = table.objects.filter(pk=key).only("name").first()
    return (row.name if row else "") or f"#{key}"


def _find_user(key: int | str, known: str) -> str:
    if not isinstance(key, int):
        return "nobody" if key == NOBODY else key
    if known:
        return known
    user = get_user_model().objects.filter(pk=key).first()
    return user.get_username() if user else f"#{key}"
