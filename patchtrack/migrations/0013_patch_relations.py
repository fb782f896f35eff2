import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patchtrack', '0012_token_scopes'),
    ]

    operations = [
        migrations.CreateModel(
            name='PatchRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='RelatedPatch',
            fields=[
                ('patch', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='in_relation', serialize=False, to='patchtrack.patch')),
                ('relation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='patchtrack.patchrelation')),
            ],
        ),
    ]
