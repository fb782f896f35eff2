import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patchtrack', '0015_event_cursor'),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=2000)),
                ('secret', models.CharField(max_length=200)),
                ('categories', models.JSONField(blank=True, default=list)),
                ('active', models.BooleanField(default=True)),
                ('cursor', models.BigIntegerField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due', models.DateTimeField(default=django.utils.timezone.now)),
                ('claimed', models.DateTimeField(null=True)),
                ('failure', models.TextField(blank=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to='patchtrack.project')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('category', models.CharField(max_length=25)),
                ('cursor', models.BigIntegerField(null=True)),
                ('body', models.TextField()),
                ('created', models.DateTimeField(default=django.utils.timezone.now)),
                ('wanted', models.BooleanField(default=False)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('tried', models.DateTimeField(null=True)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('answer', models.TextField(blank=True)),
                ('seconds', models.FloatField(default=0)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='patchtrack.webhook')),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
                'indexes': [models.Index(condition=models.Q(('wanted', True)), fields=['webhook'], name='webhookdelivery_wanted')],
            },
        ),
    ]
