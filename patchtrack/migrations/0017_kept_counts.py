"""Keeps with patches and series what long lists are sorted by: how many comments there are, the
version, and how many patches of a series have each trailer."""

from collections import Counter
from itertools import chain, groupby, islice

from django.db import migrations, models
from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Left, Lower

_BATCH = 1000
_TAGS = ("Acked-by", "Reviewed-by", "Tested-by", "Fixes")


def aggregate(rows, of, what):
    """A number of the rows whose column `of` leads to the row that is changed; 0 without any."""
    found = rows.filter(**{of: OuterRef("pk")}).order_by().values(of).annotate(number=what)
    return Coalesce(Subquery(found.values("number")), 0)


def fill(apps, schema_editor):
    Comment, Patch, Series = (apps.get_model("patchtrack", name) for name in ("Comment", "Patch", "Series"))
    version = Series.objects.filter(pk=OuterRef("series")).values("version")
    Patch.objects.update(
        version=Coalesce(Subquery(version), 1),
        comment_count=aggregate(Comment.objects, "patch", Count("pk")),
    )
    on_patches = aggregate(Patch.objects, "series", Sum("comment_count"))
    on_cover = aggregate(Comment.objects, "cover__series", Count("pk"))
    Series.objects.update(comment_count=on_patches + on_cover)
    tagged = Patch.objects.exclude(tags={}).exclude(series=None).order_by("series")
    rows = tagged.values_list("series", "tags").iterator()
    counted = (Series(pk=row, tags=tags) for row, tags in count_tags(rows))
    while batch := list(islice(counted, _BATCH)):
        Series.objects.bulk_update(batch, ["tags"])
    if schema_editor.connection.vendor == "postgresql":
        # Rows that were changed twice wait for their constraints, and no index can be made.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def count_tags(rows):
    """Of each series, how many of its patches have each tag."""
    for series, patches in groupby(rows, key=lambda row: row[0]):
        tags = Counter(chain.from_iterable(tags for _, tags in patches))
        yield series, dict(sorted(tags.items()))


def add_index(table, own, name, key):
    """An index for the order by a key, within a project."""
    index = models.Index(F("project"), key, F(own), name=f"{table}_by_{name}")
    return migrations.AddIndex(model_name=table, index=index)


def text_key(name):
    return Lower(Left(F(name), 100))


def tag_key(name):
    return Coalesce(Cast(KeyTextTransform(name, "tags"), IntegerField()), 0)


def add_indexes(table, own, columns):
    yield add_index(table, own, "name", text_key("name"))
    for name, column in columns.items():
        index = models.Index(fields=["project", column, own], name=f"{table}_by_{name}")
        yield migrations.AddIndex(model_name=table, index=index)
    for name in _TAGS:
        yield add_index(table, own, name.lower().replace("-", "_"), tag_key(name))


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0016_webhooks")]

    operations = [
        migrations.AddField(
            model_name="patch",
            name="comment_count",
            field=models.IntegerField(default=0, help_text="how many comments there are on it"),
        ),
        migrations.AddField(
            model_name="patch",
            name="version",
            field=models.IntegerField(default=1, help_text="that of its series"),
        ),
        migrations.AddField(
            model_name="series",
            name="comment_count",
            field=models.IntegerField(
                default=0, help_text="how many comments there are on its patches and its cover letter"
            ),
        ),
        migrations.AddField(
            model_name="series",
            name="tags",
            field=models.JSONField(default=dict, help_text='{"Acked-by": 2}: so many patches have one'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        *add_indexes("patch", "message", {"version": "version", "comments": "comment_count"}),
        *add_indexes("series", "id", {"version": "version", "patches": "received_total", "comments": "comment_count"}),
    ]
