"""Patchwork's states and tags, and raw mail stored as it is given."""

from django.db import migrations

STATES = (
    ("New", "new", True),
    ("Under Review", "under-review", True),
    ("Accepted", "accepted", False),
    ("Rejected", "rejected", False),
    ("RFC", "rfc", False),
    ("Not Applicable", "not-applicable", False),
    ("Changes Requested", "changes-requested", False),
    ("Awaiting Upstream", "awaiting-upstream", False),
    ("Superseded", "superseded", False),
    ("Deferred", "deferred", False),
)
TAGS = (("Acked-by", "A"), ("Reviewed-by", "R"), ("Tested-by", "T"), ("Fixes", "F"))


def add_states_and_tags(apps, schema_editor):
    State = apps.get_model("patchtrack", "State")
    Tag = apps.get_model("patchtrack", "Tag")
    State.objects.bulk_create(
        State(name=name, slug=slug, ordering=place, action_required=open_)
        for place, (name, slug, open_) in enumerate(STATES)
    )
    Tag.objects.bulk_create(Tag(name=name, abbrev=abbrev) for name, abbrev in TAGS)


def store_compressed_as_is(apps, schema_editor):
    """PostgreSQL would try in vain to compress what is compressed already."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE patchtrack_mail ALTER COLUMN raw SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0001_initial")]

    operations = [
        migrations.RunPython(add_states_and_tags, migrations.RunPython.noop),
        migrations.RunPython(store_compressed_as_is, migrations.RunPython.noop),
    ]
