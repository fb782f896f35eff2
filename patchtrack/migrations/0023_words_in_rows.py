"""Has PostgreSQL keep the words of a mail in its row where they fit: a search for a phrase reads
those of every mail that has all its words, and more than a third of them lay elsewhere.

Those that are known already stay where they are until `VACUUM FULL patchtrack_searchtext`.
"""

from django.db import migrations

# The largest that there is: a page holds one such row.
KEEP = "ALTER TABLE patchtrack_searchtext SET (toast_tuple_target = 8160)"
KEEP_LESS = "ALTER TABLE patchtrack_searchtext RESET (toast_tuple_target)"


def keep(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(KEEP)


def keep_less(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(KEEP_LESS)


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0022_change_cursors")]

    operations = [migrations.RunPython(keep, keep_less)]
