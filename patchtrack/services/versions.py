"""Reads the versions of a series from their mails, so that they can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.mail import Address, Body, parse_sent
from patchtrack.models import Cover, Mail, Patch, Series
from patchtrack.services.compare import SentPatch
from patchtrack.services.revisions import find_revisions
from patchtrack.services.series import IN_ORDER
from patchtrack.services.stored import find_raw

# Of a longer series only the first patches are compared.
MOST_PATCHES = 200
# Of both series so much mail is read, the small ones first; it is a hundred times what is usual.
MOST_BYTES = 4 * 1024 * 1024
# What is told of the patches, of which there may be hundreds.
_TOLD = ("number", "message__message_id", "message__kind", "message__name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a series: its first MOST_PATCHES patches in order, each as a row and as it
    was sent, and the number of those that are `left_out`; and its cover letter, if it has one.
    """

    series: Series
    patches: Sequence[Patch]
    sent: Sequence[SentPatch]
    left_out: int
    cover: Cover | None
    letter: SentPatch | None


def find_versions(old: Series, new: Series) -> tuple[Version, Version]:
    """Two series, which come with their covers, as they were sent; in four queries."""
    ours, theirs = _find_patches(old), _find_patches(new)
    covers = [cover.pk for cover in map(get_cover, (old, new)) if cover]
    shown = [*ours[:MOST_PATCHES], *theirs[:MOST_PATCHES]]
    raws = find_raw(_choose_small([*covers, *(patch.pk for patch in shown)]))
    sent = {message: parse_sent(raw) for message, raw in raws.items()}
    return _make_version(old, ours, sent), _make_version(new, theirs, sent)


def _find_patches(series: Series) -> list[Patch]:
    patches = Patch.objects.filter(series=series).order_by(*IN_ORDER)
    return list(patches.select_related("message").only(*_TOLD))


def find_family(old: Series, new: Series) -> list[Series]:
    """Both series and all revisions of either, by version and date; in two queries."""
    found = [old, new, *find_revisions(old), *find_revisions(new)]
    family = {series.pk: series for series in found}
    return sorted(family.values(), key=lambda series: (series.version, series.date, series.pk))


def get_cover(series: Series) -> Cover | None:
    return getattr(series, "cover", None)


def _choose_small(messages: Sequence[int]) -> list[int]:
    """As many of the messages as MOST_BYTES allows."""
    sizes = Mail.objects.filter(message__in=messages, shown=True).order_by("size", "pk")
    chosen, left = [], MOST_BYTES
    for message, size in sizes.values_list("message_id", "size"):
        left -= size
        if left < 0:
            break
        chosen.append(message)
    return chosen


def _make_version(
    series: Series, patches: Sequence[Patch], sent: Mapping[int, tuple[Address, Body]]
) -> Version:
    compared = patches[:MOST_PATCHES]
    cover = get_cover(series)
    return Version(
        series=series,
        patches=compared,
        sent=[_make_sent(patch, sent.get(patch.pk)) for patch in compared],
        left_out=len(patches) - len(compared),
        cover=cover,
        letter=_make_sent(cover, sent.get(cover.pk)) if cover else None,
    )


def _make_sent(submission: Patch | Cover, sent: tuple[Address, Body] | None) -> SentPatch:
    name = submission.message.name
    if sent is None:
        return SentPatch(name=name, unread=True)
    author, body = sent
    return SentPatch(
        name=name,
        author=f"{author.name} <{author.address}>",
        message=body.message,
        diff=body.diff,
    )
