"""Lets patches, series and cover letters be found by any part of their names and by their arrival,
and series by the checks of their patches."""

from datetime import UTC

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import TruncDate

from patchtrack.migrations._operations import AtOnce, OnPostgreSQL
from patchtrack.models import ArrivalBlock, vocabulary

SIZE = ArrivalBlock.SIZE


def note_arrivals(apps, schema_editor):
    ArrivalBlock = apps.get_model("patchtrack", "ArrivalBlock")
    mails = apps.get_model("patchtrack", "Mail").objects.filter(message__isnull=False)
    came = mails.annotate(day=TruncDate("received_at", tzinfo=UTC), block=F("message") / SIZE)
    ArrivalBlock.objects.bulk_create(
        (ArrivalBlock(day=day, block=block) for day, block in came.values_list("day", "block").distinct()),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0020_letters")]

    operations = [
        AtOnce([
            migrations.CreateModel(
                name="ArrivalBlock",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("day", models.DateField()),
                    ("block", models.BigIntegerField()),
                ],
                options={
                    "indexes": [models.Index(fields=["day", "block"], name="arrival_block_by_day")],
                },
            ),
            migrations.RemoveIndex(model_name="patch", name="patch_by_check_alone"),
            migrations.AddIndex(
                model_name="patch",
                index=models.Index(
                    fields=["check_state", "message"],
                    include=["series"],
                    condition=models.Q(check_state__isnull=False),
                    name="patch_by_check_alone",
                ),
            ),
        ]),
        migrations.RunPython(note_arrivals, migrations.RunPython.noop),
        OnPostgreSQL(
            [*vocabulary.KEEPING, *vocabulary.STATEMENTS, vocabulary.LEARN_ALL], vocabulary.UNDOING
        ),
    ]
