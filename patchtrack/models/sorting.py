"""What long lists are sorted by beside plain columns: the tables' indexes are made of the very same
expressions, for else the database would not find them."""

from django.db.models import Expression, F, Index, IntegerField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Left, Lower

# Longer names are told apart no further; their order is that of their ids then.
_SORTED_BY = 100
# The tags that there are from the beginning; services.trailer_indexes has the indexes of others.
INDEXED_TAGS = ("Acked-by", "Reviewed-by", "Tested-by", "Fixes")


def text_key(column: str) -> Expression:
    """A text without regard to case."""
    return Lower(Left(F(column), _SORTED_BY))


def tag_key(name: str) -> Expression:
    """How many of a tag were counted in `tags`."""
    return Coalesce(Cast(KeyTextTransform(name, "tags"), IntegerField()), 0)


def make_tag_indexes(table: str, own: str) -> list[Index]:
    """An index for each tag, with the project before it and the `own` key behind."""
    return [
        make_tag_index(name, own, f"{table}_by_{name.lower().replace('-', '_')}")
        for name in INDEXED_TAGS
    ]


def make_tag_index(tag: str, own: str, name: str) -> Index:
    return Index("project", tag_key(tag), own, name=name)
