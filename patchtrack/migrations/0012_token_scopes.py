from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patchtrack', '0011_dependencies'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='scope',
            field=models.CharField(choices=[('all', 'all that I may do'), ('checks', 'only read, and report checks'), ('read', 'only read')], default='all', max_length=10),
        ),
    ]
