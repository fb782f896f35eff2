from django.db import migrations, models

# Whatever has been seen by now was seen under its id.
NUMBER_EVENTS = "UPDATE patchtrack_event SET cursor = id"
MAKE_COUNTER = """
INSERT INTO patchtrack_eventcounter (id, last)
SELECT 1, COALESCE(MAX(id), 0) FROM patchtrack_event
"""


class Migration(migrations.Migration):

    dependencies = [
        ('patchtrack', '0014_api'),
    ]

    operations = [
        migrations.CreateModel(
            name='EventCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='event',
            name='cursor',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        # Before there are indexes of it, which would have to follow.
        migrations.RunSQL([NUMBER_EVENTS, MAKE_COUNTER], migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('cursor__isnull', True)), fields=['id'], name='event_without_cursor'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('cursor__isnull', False)), fields=['project', 'cursor'], name='event_by_project_cursor'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(condition=models.Q(('cursor__isnull', False)), fields=('cursor',), name='event_unique_cursor'),
        ),
    ]
