"""Gives what people change its place among the events, and lets it stay when it is undone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0021_names")]

    operations = [
        migrations.AddField(
            model_name="change",
            name="cursor",
            field=models.BigIntegerField(null=True, editable=False),
        ),
        migrations.AddField(
            model_name="change",
            name="undoable",
            field=models.BooleanField(
                default=True, help_text="False once it is undone, and where it undoes another"
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                fields=["id"],
                condition=models.Q(cursor__isnull=True),
                name="change_without_cursor",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["project", "cursor"], name="change_by_project_cursor"),
        ),
    ]
