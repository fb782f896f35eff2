from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0018_arrivals")]

    operations = [
        migrations.AddIndex(
            model_name="patch",
            index=models.Index(
                fields=["check_state", "message"],
                condition=models.Q(check_state__isnull=False),
                name="patch_by_check_alone",
            ),
        ),
    ]
