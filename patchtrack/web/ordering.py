"""In what order a list stands: by which column, and whether from its greatest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Expression, F, Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from patchtrack.models import Patch
from patchtrack.models.sorting import tag_key, text_key

Key = datetime | int | str

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What a trailer's column is called, before the trailer's key.
OF_TAG = "tag."
_LONGEST_TAG = 50
# The columns without an index: what a list has must all be found before it can be sorted by them.
_NOT_INDEXED = ("submitter", "check", "state", "delegate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A column to sort by, as `?order=name` or `?order=-name` asks for it.

    `of_patches` says the same of the patches of one series: it is None where a series can be
    sorted by what stands in its own row. `is_indexed` says that a list can be begun with in this
    order, as it stands in an index.
    """

    name: str
    expression: Expression | F
    kind: type[Key]
    of_patches: Expression | None = None
    descending: bool = True

    @property
    def is_indexed(self) -> bool:
        return self.name not in _NOT_INDEXED

    @property
    def parameters(self) -> dict[str, str]:
        """What an address says of it."""
        return {} if str(self) == DEFAULT else {"order": str(self)}

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.name}"


def _of_patches(greatest: Any) -> Any:
    """The greatest of something among the patches of a series."""
    rows = Patch.objects.filter(series=OuterRef("pk")).order_by().values("series")
    found = Subquery(rows.annotate(value=greatest).values("value"))
    return Coalesce(found, greatest.source_expressions[1])


_PATCH_COLUMNS = {
    "date": (F("date"), datetime),
    "name": (text_key("name"), str),
    "version": (F("version"), int),
    # By their ids, in which order they have come: so the patches of one stand together.
    "series": (F("series_id"), int),
    "submitter": (text_key("submitter__name"), str),
    "check": (Coalesce(F("check_state"), -1), int),
    "state": (F("state__ordering"), int),
    "delegate": (Coalesce(text_key("delegate__username"), Value("")), str),
    "comments": (F("comment_count"), int),
}
# What a series is sorted by that stands in its patches.
_OF_PATCHES = {
    "check": Coalesce(Max("check_state"), -1),
    "state": Coalesce(Max("state__ordering"), -1),
    "delegate": Coalesce(Max("delegate__username"), Value("")),
}
_SERIES_COLUMNS = {
    "date": (F("date"), datetime),
    "name": (text_key("name"), str),
    "version": (F("version"), int),
    "submitter": (text_key("submitter__name"), str),
    "patches": (F("received_total"), int),
    "check": (_of_patches(_OF_PATCHES["check"]), int),
    "state": (_of_patches(_OF_PATCHES["state"]), int),
    "delegate": (_of_patches(_OF_PATCHES["delegate"]), str),
    "comments": (F("comment_count"), int),
}
COLUMNS: Mapping[str, Mapping[str, tuple[Any, type[Key]]]] = {
    "patches": _PATCH_COLUMNS,
    "series": _SERIES_COLUMNS,
}
DEFAULT = "-date"


def parse_order(text: str, kind: str) -> Order:
    """The order that `?order=` asks for in a list of "patches" or "series"; newest first where
    it asks for none that there is."""
    name = text.removeprefix("-")
    columns = COLUMNS[kind]
    if name not in columns and not _is_of_tag(name):
        name, text = "date", DEFAULT
    expression, of = columns.get(name) or (tag_key(name.removeprefix(OF_TAG)), int)
    return Order(
        name=name,
        expression=expression,
        kind=of,
        of_patches=_OF_PATCHES.get(name) if kind == "series" else None,
        descending=text.startswith("-"),
    )


def _is_of_tag(name: str) -> bool:
    """Whether it names a trailer's column. That of a trailer that is not counted is empty."""
    tag = name.removeprefix(OF_TAG)
    return tag != name and 0 < len(tag) <= _LONGEST_TAG and tag.isprintable()


def format_key(value: Key, row_id: int) -> str:
    """A row's place in a list, for an address."""
    if isinstance(value, datetime):
        value = (value - _EPOCH) // _MICROSECOND
    return f"{row_id}.{value}"


def parse_key(text: str, kind: type[Key]) -> tuple[Key, int]:
    """The place that `format_key` wrote. Raises ValueError."""
    own, dot, value = text.partition(".")
    if not (dot and own.isascii() and own.isdigit() and len(own) <= 18):
        raise ValueError("not a place in a list")
    if kind is str:
        return value.replace("\0", ""), int(own)
    if not (value.removeprefix("-").isdigit() and value.isascii() and len(value) <= 18):
        raise ValueError("not a place in a list")
    if kind is int:
        return int(value), int(own)
    try:
        return _EPOCH + int(value) * _MICROSECOND, int(own)
    except OverflowError as error:
        raise ValueError("no such date") from error
