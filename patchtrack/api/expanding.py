"""Tells the patches, cover letters and comments of series in full, where a request asks for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ValidationError

from patchtrack.api.extras import tell_more
from patchtrack.api.formats import split_prefixes
from patchtrack.api.mails import tell_mail, tell_patch
from patchtrack.api.records import Record, Records
from patchtrack.models import Comment, Patch, Series
from patchtrack.services.inside import Inside, Wish, find_inside
from patchtrack.services.versions import get_cover

_WISHES = {"patches": "patches", "cover_letter": "covers", "comments": "comments"}
NOTHING = Wish()


def parse_expand(said: Iterable[str]) -> Wish:
    """Read "patches,comments", once or several times. Raises ValidationError."""
    names = {name.strip() for value in said for name in value.split(",")} - {""}
    for name in sorted(names - _WISHES.keys()):
        refusal = f'"{name}" cannot be expanded. Expected one of: {", ".join(_WISHES)}'
        raise ValidationError({"expand": [refusal]})
    return Wish(**{_WISHES[name]: True for name in names})


def expand(
    wish: Wish,
    rows: Sequence[Series],
    parts: Mapping[int, Sequence[Any]],
    told: Sequence[Record],
    records: Records,
) -> Sequence[Record]:
    """The records that are `told` of series and their parts, with what is wished in full; at most
    three queries."""
    if wish == NOTHING:
        return told
    expander = _Expander(records=records, wish=wish, inside=find_inside(rows, parts, wish))
    for series, record in zip(rows, told, strict=True):
        expander.expand(series, parts[series.pk], record)
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expander:
    records: Records
    wish: Wish
    inside: Inside

    def expand(self, series: Series, parts: Sequence[Any], record: Record) -> None:
        if self.wish.patches:
            record["patches"] = [self._tell_patch(patch) for patch in parts]
        cover = get_cover(series)
        if cover and self.wish.covers:
            record["cover_letter"] |= self._tell_text(cover.pk)
        if self.wish.comments:
            for part, inner in zip(parts, record["patches"], strict=True):
                inner["comments"] = self._tell_comments(part.pk)
            if cover:
                record["cover_letter"]["comments"] = self._tell_comments(cover.pk)

    def _tell_patch(self, patch: Patch) -> Record:
        told = self.records.patch(patch, self.inside.relations.get(patch.pk, ()))
        tell_more("patches", [patch], [told], self.records)
        mail = self.inside.mails.get(patch.pk)
        said = tell_patch(mail) if mail else {}
        return {**told, **said, "prefixes": split_prefixes(patch.name)}

    def _tell_comments(self, parent: int) -> list[Record]:
        return [self._tell_comment(comment) for comment in self.inside.comments.get(parent, ())]

    def _tell_comment(self, comment: Comment) -> Record:
        told = self.records.comment(comment)
        tell_more("comments", [comment], [told], self.records)
        return {**told, **self._tell_text(comment.pk)}

    def _tell_text(self, message: int) -> Record:
        """Nothing of a mail that is too large for the answer."""
        mail = self.inside.mails.get(message)
        return tell_mail(mail) if mail else {}
