"""Lets PostgreSQL find patches, series and cover letters by any part of their names."""

from django.db import migrations

from patchtrack.models import substrings


def make_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for function in substrings.FUNCTIONS:
        schema_editor.execute(function)
    for table in substrings.TABLES:
        schema_editor.execute(f"CREATE INDEX {table}_name_grams ON {table} USING gin (patchtrack_grams(name))")
        # Without it PostgreSQL does not know how many names have what.
        schema_editor.execute(f"ANALYZE {table}")


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0001_tables")]

    operations = [migrations.RunPython(make_indexes, migrations.RunPython.noop)]
