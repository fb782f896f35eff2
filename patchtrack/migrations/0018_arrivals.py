"""Lets PostgreSQL read from an index when the mails of many messages arrived: the index that says
that of a message one mail is shown tells it, too. To read the mails themselves took seconds."""

from django.db import migrations

from patchtrack.migrations._operations import OnPostgreSQL

STATEMENTS = (
    # Beside the old one first, so that nobody has to wait for long.
    "CREATE UNIQUE INDEX mail_unique_shown_new ON patchtrack_mail (message_id) INCLUDE (received_at) WHERE shown",
    "DROP INDEX mail_unique_shown",
    "ALTER INDEX mail_unique_shown_new RENAME TO mail_unique_shown",
)


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0001_tables")]

    operations = [OnPostgreSQL(STATEMENTS)]
