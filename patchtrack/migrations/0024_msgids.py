"""Keeps the message-id of a patch with it, too."""

from django.db import migrations, models

FILL = """
UPDATE patchtrack_patch SET msgid = (
  SELECT message_id FROM patchtrack_message WHERE id = patchtrack_patch.message_id
)
"""


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0023_words_in_rows")]

    operations = [
        migrations.AddField(
            model_name="patch",
            name="msgid",
            field=models.CharField(default="", help_text="the message-id of its message", max_length=400),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
