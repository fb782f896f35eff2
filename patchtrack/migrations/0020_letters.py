from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patchtrack", "0019_checked_patches")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="nature",
            field=models.CharField(
                max_length=10,
                choices=[
                    ("patch", "Patch"),
                    ("cover", "Cover"),
                    ("letter", "Letter"),
                    ("other", "Other"),
                ],
            ),
        ),
    ]
