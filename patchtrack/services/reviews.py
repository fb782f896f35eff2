"""Who vouched for which patches of a series: Reviewed-by and its like, wherever they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from ingest.mail.addresses import read_mailbox
from patchtrack.models import Comment, Cover, Patch, Tag

# A page shows no more; nobody's series has so many reviewers.
MOST_REVIEWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Somebody's word: `who` as the trailer names them, the trailer's key, and for what: the
    numbers of patches (0 for one without a number), or nothing for the series as a whole."""

    who: str
    tag: str
    patches: tuple[int, ...]


def find_said(cover: Cover | None, patches: Iterable[Patch]) -> list[Comment]:
    """The comments on a series' cover letter, and those on its patches that have trailers; one
    query."""
    # By their keys: the database would else look through all comments that there are.
    said = Q(patch__among_all=[patch.pk for patch in patches]) & ~Q(message__trailers={})
    if cover:
        said |= Q(cover=cover.pk)
    comments = Comment.objects.filter(said)
    return list(comments.select_related("message__author"))


def derive_reviews(
    patches: Sequence[Patch], said: Iterable[Comment], tags: Iterable[Tag]
) -> list[Review]:
    """What the patches themselves and the comments on them and on the cover letter say by those
    of the tags that name people (`*-by`), by person and tag; who vouched for most comes first.
    At most MOST_REVIEWS."""
    numbers = {patch.pk: patch.number or 0 for patch in patches}
    keys = [tag.name for tag in tags if tag.name.lower().endswith("-by")]
    names: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], set[int]] = {}
    for number, key, value in (*_read_own(patches, keys), *_read_said(said, numbers, keys)):
        mailbox = read_mailbox(value)
        who = mailbox.address or mailbox.name.lower()
        names.setdefault((who, key), mailbox.name or mailbox.address)
        found.setdefault((who, key), set()).update(number)
    reviews = [
        Review(who=names[row], tag=row[1], patches=tuple(sorted(of))) for row, of in found.items()
    ]
    whole = len(patches) + 1
    reviews.sort(key=lambda one: (-(len(one.patches) or whole), one.who.lower(), one.tag))
    return reviews[:MOST_REVIEWS]


Said = tuple[Sequence[int], str, str]


def _read_own(patches: Iterable[Patch], keys: Sequence[str]) -> Iterable[Said]:
    for patch in patches:
        yield from _read(patch.message.trailers, keys, [patch.number or 0])


def _read_said(
    said: Iterable[Comment], numbers: Mapping[int, int], keys: Sequence[str]
) -> Iterable[Said]:
    for comment in said:
        of = [numbers[comment.patch_id]] if comment.patch_id in numbers else []
        yield from _read(comment.message.trailers, keys, of)


def _read(
    trailers: Mapping[str, Sequence[str]], keys: Sequence[str], of: Sequence[int]
) -> Iterable[Said]:
    for key in keys:
        for value in trailers.get(key, ()):
            yield of, key, value
