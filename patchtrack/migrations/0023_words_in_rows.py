"""Has PostgreSQL keep the words of a mail in its row where they fit: a search for a phrase reads
those of every mail that has all its words, and more than a third of them lay elsewhere.

Those that are known already stay where they are until `VACUUM FULL patchtrack_searchtext`.
"""

from django.db import migrations

from patchtrack.migrations._operations import OnPostgreSQL

# The largest that there is: a page holds one such row.
KEEP = "ALTER TABLE patchtrack_searchtext SET (toast_tuple_target = 8160)"
KEEP_LESS = "ALTER TABLE patchtrack_searchtext RESET (toast_tuple_target)"


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0022_change_cursors")]

    operations = [OnPostgreSQL([KEEP], [KEEP_LESS])]
