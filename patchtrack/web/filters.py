"""The filters of a list in its address, under Patchwork's names, and how they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth import get_user_model

from patchtrack.models import Person, Series, State
from patchtrack.services.listing import PatchFilter

_ARCHIVED = {"true": True, "both": None}
# Numbers beyond this are no id of any database.
_LONGEST_NUMBER = 18
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is set: its name, what it is set to, and the address without it."""

    name: str
    value: str
    remove: str


def parse_filter(parameters: Mapping[str, str], states: list[State]) -> PatchFilter:
    """Read `state`, `submitter`, `series`, `delegate`, `q` and `archive` (or `archived`).

    A state is an id or a slug, "*" means any, and several may stand in a comma separated
    list. What cannot be understood is passed over, as Patchwork does.
    """
    said = {name: _clean(value) for name, value in parameters.items()}
    state = said.get("state", "")
    slugs = {str(row.pk): row.slug for row in states} | {row.slug: row.slug for row in states}
    archive = said.get("archive") or said.get("archived", "")
    series = _read_id(said.get("series", ""))
    return PatchFilter(
        states=tuple(slugs[word] for word in state.split(",") if word in slugs),
        any_state=state == "*",
        submitter=_read_id(said.get("submitter", "")),
        series=series if isinstance(series, int) else None,
        delegate=_read_id(said.get("delegate", "")),
        text=said.get("q", ""),
        archived=_ARCHIVED.get(archive.lower(), False),
    )


def _clean(value: str) -> str:
    return value.replace("\0", "").strip()[:_LONGEST_TEXT]


def _read_id(value: str) -> int | str:
    is_number = value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER
    return int(value) if is_number else value


def format_filter(wanted: PatchFilter) -> dict[str, str]:
    """The parameters that `parse_filter` reads as this filter."""
    archive = {True: "true", None: "both", False: ""}[wanted.archived]
    parameters = {
        "q": wanted.text,
        "state": "*" if wanted.any_state else ",".join(wanted.states),
        "submitter": str(wanted.submitter),
        "delegate": str(wanted.delegate),
        "series": "" if wanted.series is None else str(wanted.series),
        "archive": archive,
    }
    return {name: value for name, value in parameters.items() if value}


def find_chips(wanted: PatchFilter, states: list[State]) -> list[Chip]:
    """The filters that are set beside the state's, each with a name for people to read.

    At most one query for each that is set by an id.
    """
    parameters = format_filter(wanted)
    labels = {
        "state": ", ".join(row.name for row in states if row.slug in wanted.states) or "any",
        "q": wanted.text,
        "submitter": _find_name(Person, wanted.submitter),
        "delegate": "nobody" if wanted.delegate == "-" else _find_user(wanted.delegate),
        "series": _find_name(Series, wanted.series or ""),
        "archive": "archived only" if wanted.archived else "archived too",
    }
    return [
        Chip(
            name="text" if name == "q" else name,
            value=labels[name],
            remove="?" + urlencode({key: said for key, said in parameters.items() if key != name}),
        )
        for name in parameters
    ]


def _find_name(table: type[Person] | type[Series], key: int | str) -> str:
    if not isinstance(key, int):
        return key
    row = table.objects.filter(pk=key).only("name").first()
    return (row.name if row else "") or f"#{key}"


def _find_user(key: int | str) -> str:
    if not isinstance(key, int):
        return key
    user = get_user_model().objects.filter(pk=key).first()
    return user.get_username() if user else f"#{key}"
