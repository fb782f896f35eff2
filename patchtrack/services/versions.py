"""Reads the versions of a series from their mails, so that they can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.mail import Address, Body, parse_sent
from patchtrack.models import Cover, Patch, Series
from patchtrack.services.compare import SentPatch
from patchtrack.services.revisions import find_revisions_of_each
from patchtrack.services.series import IN_ORDER
from patchtrack.services.stored import find_smallest_raw

# Of a longer series only the first patches are compared.
MOST_PATCHES = 200
# Of both series so much mail is read, the small ones first; it is a hundred times what is usual.
MOST_BYTES = 4 * 1024 * 1024


class Sent(NamedTuple):
    """What is told of a patch or cover letter. There may be hundreds, and a row of Django's takes
    ten times as long to make."""

    message: int
    number: int | None
    kind: str
    message_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a series: its first MOST_PATCHES patches in order, each as it is told of and as
    it was sent, and the number of those that are `left_out`; and its cover letter, if it has one.
    """

    series: Series
    patches: Sequence[Sent]
    sent: Sequence[SentPatch]
    left_out: int
    cover: Sent | None
    letter: SentPatch | None


def find_versions(old: Series, new: Series) -> tuple[Version, Version]:
    """Two series, which come with their covers, as they were sent; in two queries."""
    patches = _find_patches([old, new])
    ours, theirs = patches[old.pk], patches[new.pk]
    covers = [cover.pk for cover in map(get_cover, (old, new)) if cover]
    shown = [patch.message for patch in (*ours[:MOST_PATCHES], *theirs[:MOST_PATCHES])]
    raws = find_smallest_raw([*covers, *shown], MOST_BYTES, largest=MOST_BYTES)
    sent = {message: parse_sent(raw) for message, raw in raws.items()}
    return _make_version(old, ours, sent), _make_version(new, theirs, sent)


def _find_patches(series: Sequence[Series]) -> dict[int, list[Sent]]:
    """The patches of each series in order, by its id."""
    found: dict[int, list[Sent]] = {row.pk: [] for row in series}
    columns = ("number", "message__kind", "message__message_id", "message__name")
    patches = Patch.objects.filter(series__in=found.keys()).order_by(*IN_ORDER)
    for own, *said in patches.values_list("series_id", "pk", *columns):
        found[own].append(Sent(*said))
    return found


def find_family(old: Series, new: Series) -> list[Series]:
    """Both series and all revisions of either, by version and date; in one query."""
    found = find_revisions_of_each([old, new])
    family = {series.pk: series for series in (*found[old.pk], *found[new.pk])}
    return sorted(family.values(), key=lambda series: (series.version, series.date, series.pk))


def get_cover(series: Series) -> Cover | None:
    return getattr(series, "cover", None)


def _make_version(
    series: Series, patches: Sequence[Sent], sent: Mapping[int, tuple[Address, Body]]
) -> Version:
    compared = patches[:MOST_PATCHES]
    letter = get_cover(series)
    cover = _tell_cover(letter) if letter else None
    return Version(
        series=series,
        patches=compared,
        sent=[_make_sent(patch, sent.get(patch.message)) for patch in compared],
        left_out=len(patches) - len(compared),
        cover=cover,
        letter=_make_sent(cover, sent.get(cover.message)) if cover else None,
    )


def _tell_cover(cover: Cover) -> Sent:
    mail = cover.message
    return Sent(mail.pk, 0, mail.kind, mail.message_id, mail.name)


def _make_sent(submission: Sent, sent: tuple[Address, Body] | None) -> SentPatch:
    if sent is None:
        return SentPatch(name=submission.name, unread=True)
    author, body = sent
    return SentPatch(
        name=submission.name,
        author=f"{author.name} <{author.address}>",
        message=body.message,
        diff=body.diff,
    )
