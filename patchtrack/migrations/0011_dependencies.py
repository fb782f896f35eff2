"""What series need first, as far as the trailers that are kept of stored mails tell it; `reparse`
reads the rest."""

from collections.abc import Iterator

import django.db.models.deletion
from django.db import migrations, models

from ingest.mail.dependencies import read_dependencies
from ingest.mail.values import Trailer

_BATCH = 1000


def find_stored(apps) -> Iterator:
    """Unsaved rows for what stored messages say by `Depends-on`."""
    Message = apps.get_model("patchtrack", "Message")
    Dependency = apps.get_model("patchtrack", "Dependency")
    messages = Message.objects.filter(trailers__has_key="Depends-on")
    for row, trailers in messages.values_list("id", "trailers").iterator():
        said = [Trailer(key="Depends-on", value=value) for value in trailers["Depends-on"]]
        for found in read_dependencies(said):
            yield Dependency(message_id=row, target=found.target, url=found.url)


def fill(apps, schema_editor):
    Dependency = apps.get_model("patchtrack", "Dependency")
    Dependency.objects.bulk_create(find_stored(apps), batch_size=_BATCH)


def show(apps, schema_editor):
    """Nothing was shown so far, whatever a project's column said."""
    apps.get_model("patchtrack", "Project").objects.update(show_dependencies=True)


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0010_notifications")]

    operations = [
        migrations.CreateModel(
            name="Dependency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=500)),
                ("url", models.CharField(blank=True, max_length=500)),
                ("message", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="dependencies", to="patchtrack.message")),
            ],
            options={
                "verbose_name_plural": "dependencies",
                "indexes": [models.Index(fields=["target"], name="dependency_by_target")],
                "constraints": [models.UniqueConstraint(fields=("message", "target"), name="dependency_unique_message_target")],
            },
        ),
        migrations.AlterField(
            model_name="project",
            name="show_dependencies",
            field=models.BooleanField(default=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("change_id__gt", "")), fields=["change_id"], name="message_by_change_id"),
        ),
        migrations.RunPython(show, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
