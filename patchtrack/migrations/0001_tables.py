"""All tables, and the rows and indexes in them that Django does not know of.

It stands for the seventeen migrations that made them one by one before the first release.
"""

import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import patchtrack.models.project
from django.conf import settings
from django.db import migrations, models

from patchtrack.migrations._operations import AtOnce, OnPostgreSQL
from patchtrack.models import lookups, search

REPLACED = (
    "0001_initial",
    "0002_states_tags_storage",
    "0003_people_and_changes",
    "0004_ways_to_find_patches",
    "0005_accounts",
    "0006_health",
    "0007_decisions_by_message",
    "0008_search",
    "0009_speed",
    "0010_notifications",
    "0011_dependencies",
    "0012_token_scopes",
    "0013_patch_relations",
    "0014_api",
    "0015_event_cursor",
    "0016_webhooks",
    "0017_kept_counts",
)

# Patchwork's.
STATES = (
    ("New", "new", True),
    ("Under Review", "under-review", True),
    ("Accepted", "accepted", False),
    ("Rejected", "rejected", False),
    ("RFC", "rfc", False),
    ("Not Applicable", "not-applicable", False),
    ("Changes Requested", "changes-requested", False),
    ("Awaiting Upstream", "awaiting-upstream", False),
    ("Superseded", "superseded", False),
    ("Deferred", "deferred", False),
)
TAGS = (("Acked-by", "A"), ("Reviewed-by", "R"), ("Tested-by", "T"), ("Fixes", "F"))


def add_rows(apps, schema_editor):
    State = apps.get_model("patchtrack", "State")
    Tag = apps.get_model("patchtrack", "Tag")
    EventCounter = apps.get_model("patchtrack", "EventCounter")
    State.objects.bulk_create(
        State(name=name, slug=slug, ordering=place, action_required=open_)
        for place, (name, slug, open_) in enumerate(STATES)
    )
    Tag.objects.bulk_create(Tag(name=name, abbrev=abbrev) for name, abbrev in TAGS)
    EventCounter.objects.create(pk=1)


# PostgreSQL would try in vain to compress what is compressed already.
STORE_COMPRESSED_AS_IS = "ALTER TABLE patchtrack_mail ALTER COLUMN raw SET STORAGE EXTERNAL"


def derive_keeping():
    """What has PostgreSQL keep what is looked for."""
    yield from lookups.FUNCTIONS
    for table, column, kind, expression in lookups.KEPT:
        yield f"ALTER TABLE {table} ADD COLUMN {column} {kind} GENERATED ALWAYS AS ({expression}) STORED"
        yield f"CREATE INDEX {table}_{column} ON {table} USING gin ({column})"
    # What waits is hardly ever archived.
    yield "CREATE STATISTICS patchtrack_decided (mcv) ON state_id, archived FROM patchtrack_patch"


def make_search_index(apps, schema_editor):
    for statement in search.INDEX[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    initial = True

    replaces = [("patchtrack", name) for name in REPLACED]

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        AtOnce([
            migrations.CreateModel(
                name='Person',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.CharField(help_text='lower case', max_length=255)),
                    ('name', models.CharField(blank=True, max_length=255)),
                    ('named_at', models.DateTimeField(null=True)),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='people', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'people',
                    'constraints': [models.UniqueConstraint(fields=('address',), name='person_unique_address'), models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='person_address_lower_case')],
                },
            ),
            migrations.CreateModel(
                name='State',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100)),
                    ('slug', models.SlugField(max_length=100)),
                    ('ordering', models.IntegerField()),
                    ('action_required', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['ordering'],
                    'constraints': [models.UniqueConstraint(fields=('slug',), name='state_unique_slug'), models.UniqueConstraint(fields=('ordering',), name='state_unique_ordering')],
                },
            ),
            migrations.CreateModel(
                name='Project',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('linkname', models.SlugField(max_length=255, unique=True)),
                    ('name', models.CharField(max_length=255, unique=True)),
                    ('list_id', models.CharField(help_text='as in the List-Id header, lower case', max_length=255)),
                    ('list_email', models.CharField(max_length=255)),
                    ('subject_match', models.CharField(blank=True, help_text='only mail whose subject matches this regular expression; empty: all mail of the list that no other project takes', max_length=255, validators=[patchtrack.models.project.validate_regex])),
                    ('web_url', models.CharField(blank=True, max_length=2000, validators=[patchtrack.models.project.validate_web_url])),
                    ('scm_url', models.CharField(blank=True, max_length=2000, validators=[patchtrack.models.project.validate_scm_url])),
                    ('webscm_url', models.CharField(blank=True, max_length=2000, validators=[patchtrack.models.project.validate_web_url])),
                    ('list_archive_url', models.CharField(blank=True, max_length=2000, validators=[patchtrack.models.project.validate_web_url])),
                    ('list_archive_url_format', models.CharField(blank=True, help_text='{} stands for the message-id', max_length=2000, validators=[patchtrack.models.project.validate_url_format])),
                    ('commit_url_format', models.CharField(blank=True, help_text='{} stands for the commit', max_length=2000, validators=[patchtrack.models.project.validate_url_format])),
                    ('send_notifications', models.BooleanField(default=False)),
                    ('use_tags', models.BooleanField(default=True)),
                    ('show_dependencies', models.BooleanField(default=True)),
                    ('obey_headers_of', models.CharField(choices=[('nobody', "nobody's"), ('maintainers', "its maintainers'"), ('anybody', "anybody's")], default='maintainers', max_length=20)),
                    ('maintainers', models.ManyToManyField(blank=True, related_name='maintained_projects', to=settings.AUTH_USER_MODEL)),
                    ('hidden_states', models.ManyToManyField(blank=True, help_text='states that are not offered here', related_name='+', to='patchtrack.state')),
                ],
                options={
                    'ordering': ['linkname'],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('list_id'), models.F('subject_match'), name='project_unique_list_id_subject_match')],
                },
            ),
            migrations.CreateModel(
                name='Thread',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                ],
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='patchtrack.thread')),
                    ('message_id', models.CharField(max_length=400)),
                    ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='patchtrack.person')),
                    ('date', models.DateTimeField()),
                    ('dated', models.BooleanField(default=True, help_text="whether the mail says its date; else it is the arrival's")),
                    ('subject', models.TextField()),
                    ('ancestors', models.TextField(blank=True)),
                    ('nature', models.CharField(choices=[('patch', 'Patch'), ('cover', 'Cover'), ('comment', 'Comment'), ('other', 'Other')], max_length=10)),
                    ('kind', models.CharField(choices=[('patch', 'Patch'), ('cover', 'Cover'), ('comment', 'Comment'), ('other', 'Other')], max_length=10)),
                    ('version', models.IntegerField()),
                    ('label', models.CharField(blank=True, max_length=40)),
                    ('number', models.IntegerField(null=True)),
                    ('total', models.IntegerField(null=True)),
                    ('name', models.TextField(help_text='the subject without prefixes')),
                    ('change_id', models.CharField(blank=True, max_length=500)),
                    ('trailers', models.JSONField(default=dict, help_text='{"Acked-by": ["Jane <j@x.org>"]}')),
                    ('action_required', models.BooleanField(default=False)),
                    ('flags', models.CharField(blank=True, max_length=255)),
                ],
                options={
                    'indexes': [models.Index(fields=['author', 'date'], name='message_by_author_date'), models.Index(condition=models.Q(('change_id__gt', '')), fields=['change_id'], name='message_by_change_id')],
                    'constraints': [models.UniqueConstraint(fields=('project', 'message_id'), name='message_unique_project_message_id')],
                },
            ),
            migrations.CreateModel(
                name='Mail',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('message', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='copies', to='patchtrack.message')),
                    ('shown', models.BooleanField(default=False)),
                    ('raw', models.BinaryField(help_text='zstd compressed')),
                    ('sha256', models.CharField(help_text='of the uncompressed mail, hex', max_length=64)),
                    ('size', models.BigIntegerField(help_text='of the uncompressed mail, in bytes')),
                    ('content_hash', models.CharField(blank=True, max_length=64)),
                    ('hop_date', models.DateTimeField(null=True)),
                    ('received_at', models.DateTimeField()),
                    ('recipient', models.CharField(blank=True, max_length=320)),
                    ('outcome', models.CharField(choices=[('stored', 'Stored'), ('duplicate', 'Duplicate'), ('conflict', 'Conflict'), ('ignored', 'Ignored'), ('unrouted', 'Unrouted'), ('quarantined', 'Quarantined')], max_length=20)),
                    ('detail', models.TextField(blank=True)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('shown', False)), fields=['message'], name='mail_hidden_copies'), models.Index(condition=models.Q(('outcome', 'stored'), _negated=True), fields=['outcome', 'received_at'], name='mail_by_outcome'), models.Index(fields=['received_at', 'outcome'], name='mail_by_date')],
                    'constraints': [models.UniqueConstraint(fields=('project', 'sha256'), name='mail_unique_project_sha256'), models.UniqueConstraint(condition=models.Q(('project', None)), fields=('sha256',), name='mail_unique_sha256_without_project'), models.UniqueConstraint(condition=models.Q(('shown', True)), fields=('message',), name='mail_unique_shown')],
                },
            ),
            migrations.CreateModel(
                name='Series',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('head', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patchtrack.message')),
                    ('name', models.TextField()),
                    ('submitter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='series', to='patchtrack.person')),
                    ('date', models.DateTimeField()),
                    ('version', models.IntegerField()),
                    ('total', models.IntegerField()),
                    ('received_total', models.IntegerField()),
                    ('complete', models.BooleanField()),
                    ('partial', models.BooleanField(default=False)),
                    ('lineage', models.CharField(max_length=64)),
                    ('comment_count', models.IntegerField(default=0, help_text='how many comments there are on its patches and its cover letter')),
                    ('tags', models.JSONField(default=dict, help_text='{"Acked-by": 2}: so many patches have one')),
                    ('previous', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='next_revisions', to='patchtrack.series')),
                ],
                options={
                    'verbose_name_plural': 'series',
                    'indexes': [models.Index(fields=['project', 'date', 'id'], name='series_by_project_date'), models.Index(fields=['date', 'id'], name='series_by_date'), models.Index(fields=['submitter', 'date'], name='series_by_submitter'), models.Index(fields=['project', 'lineage'], name='series_by_lineage'), models.Index(fields=['head'], name='series_by_head'), models.Index(models.F('project'), django.db.models.functions.text.Lower(django.db.models.functions.text.Left(models.F('name'), 100)), models.F('id'), name='series_by_name'), models.Index(fields=['project', 'version', 'id'], name='series_by_version'), models.Index(fields=['project', 'received_total', 'id'], name='series_by_patches'), models.Index(fields=['project', 'comment_count', 'id'], name='series_by_comments'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Acked-by', 'tags'), models.IntegerField()), 0), models.F('id'), name='series_by_acked_by'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Reviewed-by', 'tags'), models.IntegerField()), 0), models.F('id'), name='series_by_reviewed_by'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Tested-by', 'tags'), models.IntegerField()), 0), models.F('id'), name='series_by_tested_by'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Fixes', 'tags'), models.IntegerField()), 0), models.F('id'), name='series_by_fixes')],
                    'constraints': [models.UniqueConstraint(fields=('project', 'head'), name='series_unique_project_head')],
                },
            ),
            migrations.CreateModel(
                name='Patch',
                fields=[
                    ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='%(class)s', serialize=False, to='patchtrack.message')),
                    ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('name', models.TextField(help_text='the subject, its prefixes normalised')),
                    ('date', models.DateTimeField()),
                    ('submitter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_set', to='patchtrack.person')),
                    ('pull_url', models.TextField(blank=True)),
                    ('series', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='patches', to='patchtrack.series')),
                    ('number', models.IntegerField(null=True)),
                    ('version', models.IntegerField(default=1, help_text='that of its series')),
                    ('follows_all', models.BooleanField(default=False, help_text='whether all patches before it in its series have arrived')),
                    ('state', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='patchtrack.state')),
                    ('delegate', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='delegated', to=settings.AUTH_USER_MODEL)),
                    ('archived', models.BooleanField(default=False)),
                    ('hash', models.CharField(blank=True, max_length=40)),
                    ('commit_ref', models.CharField(blank=True, max_length=255)),
                    ('chosen_pull_url', models.TextField(blank=True, help_text='what somebody has said by the API; None: what the mail says', null=True)),
                    ('paths', models.JSONField(default=list, help_text='touched paths, sorted')),
                    ('tags', models.JSONField(default=dict, help_text='{"Acked-by": 2}, with those of the comments')),
                    ('comment_count', models.IntegerField(default=0, help_text='how many comments there are on it')),
                    ('check_state', models.SmallIntegerField(help_text='the worst of the newest checks of each context; None without checks', null=True)),
                ],
                options={
                    'verbose_name_plural': 'patches',
                    'indexes': [models.Index(fields=['project', 'date'], name='patch_by_project_date'), models.Index(fields=['date', 'message'], name='patch_by_date'), models.Index(fields=['project', 'archived', 'state', 'date'], include=('message', 'series', 'submitter', 'delegate', 'check_state'), name='patch_by_decision'), models.Index(fields=['series', 'number'], include=('project', 'archived', 'state', 'delegate', 'check_state'), name='patch_by_series'), models.Index(fields=['submitter', 'date'], name='patch_by_submitter'), models.Index(condition=models.Q(('delegate__isnull', False)), fields=['delegate', 'date'], name='patch_by_delegate'), models.Index(condition=models.Q(('archived', True)), fields=['project', 'date'], name='patch_archived'), models.Index(condition=models.Q(('check_state__isnull', False)), fields=['project', 'check_state', 'date'], name='patch_by_check'), models.Index(fields=['hash'], name='patch_by_hash'), models.Index(models.F('project'), django.db.models.functions.text.Lower(django.db.models.functions.text.Left(models.F('name'), 100)), models.F('message'), name='patch_by_name'), models.Index(fields=['project', 'version', 'message'], name='patch_by_version'), models.Index(fields=['project', 'comment_count', 'message'], name='patch_by_comments'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Acked-by', 'tags'), models.IntegerField()), 0), models.F('message'), name='patch_by_acked_by'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Reviewed-by', 'tags'), models.IntegerField()), 0), models.F('message'), name='patch_by_reviewed_by'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Tested-by', 'tags'), models.IntegerField()), 0), models.F('message'), name='patch_by_tested_by'), models.Index(models.F('project'), django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('Fixes', 'tags'), models.IntegerField()), 0), models.F('message'), name='patch_by_fixes')],
                },
            ),
            migrations.CreateModel(
                name='Check',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('patch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='patchtrack.patch')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ('date', models.DateTimeField(auto_now_add=True)),
                    ('state', models.SmallIntegerField(choices=[(0, 'pending'), (1, 'success'), (2, 'warning'), (3, 'fail')], default=0)),
                    ('target_url', models.URLField(blank=True)),
                    ('description', models.TextField(blank=True)),
                    ('context', models.SlugField(default='default', max_length=255)),
                ],
            ),
            migrations.CreateModel(
                name='Event',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('category', models.CharField(choices=[('cover-created', 'Cover Created'), ('patch-created', 'Patch Created'), ('patch-completed', 'Patch Completed'), ('patch-state-changed', 'Patch State Changed'), ('patch-delegated', 'Patch Delegated'), ('patch-relation-changed', 'Patch Relation Changed'), ('check-created', 'Check Created'), ('series-created', 'Series Created'), ('series-completed', 'Series Completed'), ('cover-comment-created', 'Cover Comment Created'), ('patch-comment-created', 'Patch Comment Created')], max_length=25)),
                    ('date', models.DateTimeField(default=django.utils.timezone.now)),
                    ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('message', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='patchtrack.message')),
                    ('series', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='patchtrack.series')),
                    ('state_check', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patchtrack.check')),
                    ('previous_state', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patchtrack.state')),
                    ('current_state', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patchtrack.state')),
                    ('previous_delegate', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('current_delegate', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('cursor', models.BigIntegerField(editable=False, null=True)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('cursor__isnull', True)), fields=['id'], name='event_without_cursor'), models.Index(condition=models.Q(('cursor__isnull', False)), fields=['project', 'cursor'], name='event_by_project_cursor'), models.Index(fields=['project', 'date'], name='event_by_project_date'), models.Index(condition=models.Q(('category__in', ['patch-state-changed', 'patch-delegated'])), fields=['message', 'date'], name='event_of_decision'), models.Index(condition=models.Q(('category__in', ['check-created', 'patch-relation-changed'])), fields=['message', 'date'], name='event_of_report'), models.Index(fields=['project', 'category', 'date'], name='event_by_category'), models.Index(fields=['date', 'id'], name='event_by_date'), models.Index(condition=models.Q(('actor__isnull', False)), fields=['actor', 'date'], name='event_by_actor')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('category__in', ['cover-created', 'patch-created', 'patch-completed', 'cover-comment-created', 'patch-comment-created'])), fields=('message', 'category'), name='event_once_per_message'), models.UniqueConstraint(condition=models.Q(('category__in', ['series-created', 'series-completed'])), fields=('series', 'category'), name='event_once_per_series'), models.UniqueConstraint(condition=models.Q(('cursor__isnull', False)), fields=('cursor',), name='event_unique_cursor')],
                },
            ),
            migrations.CreateModel(
                name='PatchRelation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ],
            ),
            migrations.CreateModel(
                name='SearchText',
                fields=[
                    ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='patchtrack.message')),
                    ('date', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='Unsearched',
                fields=[
                    ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='patchtrack.message')),
                ],
            ),
            migrations.CreateModel(
                name='Discard',
                fields=[
                    ('mail', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='discard', serialize=False, to='patchtrack.mail')),
                    ('username', models.CharField(max_length=150)),
                    ('date', models.DateTimeField(auto_now_add=True)),
                ],
            ),
            migrations.CreateModel(
                name='Untold',
                fields=[
                    ('event', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='patchtrack.event')),
                ],
                options={
                    'verbose_name_plural': 'untold',
                },
            ),
            migrations.CreateModel(
                name='FeedKey',
                fields=[
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='feed_key', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('digest', models.CharField(max_length=64)),
                    ('created', models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('digest',), name='feed_key_unique_digest')],
                },
            ),
            migrations.CreateModel(
                name='OptOut',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.CharField(help_text='lower case', max_length=255)),
                    ('created', models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('address',), name='opt_out_unique_address'), models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='opt_out_address_lower_case')],
                },
            ),
            migrations.CreateModel(
                name='Notification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patchtrack.person')),
                    ('news', models.JSONField(default=list)),
                    ('created', models.DateTimeField()),
                    ('due', models.DateTimeField(db_index=True, help_text='when to try, again or at first; None: given up', null=True)),
                    ('closed', models.BooleanField(default=False)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('failure', models.TextField(blank=True)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('user', None)), models.Q(('person', None), ('user__isnull', False)), _connector='OR'), name='notification_of_user_or_person'), models.UniqueConstraint(condition=models.Q(('closed', False)), fields=('user',), name='notification_one_open_of_user'), models.UniqueConstraint(condition=models.Q(('closed', False)), fields=('person',), name='notification_one_open_of_person')],
                },
            ),
            migrations.CreateModel(
                name='Profile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='profile', to=settings.AUTH_USER_MODEL)),
                    ('page_size', models.PositiveSmallIntegerField(default=50)),
                    ('time_zone', models.CharField(default='UTC', max_length=64)),
                    ('notifications', models.BooleanField(default=True, help_text="whether mail is sent when one's own patches change")),
                    ('looked_at', models.DateTimeField(blank=True, null=True)),
                ],
            ),
            migrations.CreateModel(
                name='DelegationRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegation_rules', to='patchtrack.project')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ('path', models.CharField(help_text='a shell pattern such as drivers/mtd/*', max_length=255)),
                    ('priority', models.IntegerField(default=0, help_text='of several matches the highest wins')),
                ],
                options={
                    'ordering': ['-priority', 'path'],
                    'constraints': [models.UniqueConstraint(fields=('project', 'path'), name='delegation_rule_unique_project_path')],
                },
            ),
            migrations.CreateModel(
                name='Change',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('date', models.DateTimeField(auto_now_add=True)),
                    ('before', models.JSONField()),
                    ('after', models.JSONField()),
                ],
            ),
            migrations.CreateModel(
                name='Bundle',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bundles', to=settings.AUTH_USER_MODEL)),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('name', models.CharField(max_length=50)),
                    ('public', models.BooleanField(default=False)),
                    ('patches', models.ManyToManyField(through='patchtrack.BundlePatch', to='patchtrack.patch')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('owner', 'name'), name='bundle_unique_owner_name')],
                },
            ),
            migrations.CreateModel(
                name='ArchivePosition',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('path', models.CharField(max_length=4000)),
                    ('position', models.CharField(max_length=255)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('path', 'project'), name='archive_position_unique_path_project'), models.UniqueConstraint(condition=models.Q(('project', None)), fields=('path',), name='archive_position_unique_path_without_project')],
                },
            ),
            migrations.CreateModel(
                name='SavedFilter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('name', models.CharField(max_length=50)),
                    ('page', models.CharField(choices=[('series', 'Series'), ('patches', 'Patches')], max_length=10)),
                    ('query', models.CharField(blank=True, max_length=1000)),
                ],
                options={
                    'ordering': ['name'],
                    'constraints': [models.UniqueConstraint(fields=('user', 'project', 'name'), name='saved_filter_unique_user_project_name')],
                },
            ),
            migrations.CreateModel(
                name='SeriesAlias',
                fields=[
                    ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                    ('series', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='patchtrack.series')),
                ],
            ),
            migrations.CreateModel(
                name='Tag',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(help_text="the trailer's key, such as Acked-by", max_length=50)),
                    ('abbrev', models.CharField(max_length=2)),
                    ('show_column', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['abbrev'],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='tag_unique_name'), models.UniqueConstraint(fields=('abbrev',), name='tag_unique_abbrev')],
                },
            ),
            migrations.CreateModel(
                name='ThreadToken',
                fields=[
                    ('pk', models.CompositePrimaryKey('project_id', 'token', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('token', models.BigIntegerField()),
                    ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='patchtrack.thread')),
                ],
            ),
            migrations.CreateModel(
                name='Throttle',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=64)),
                    ('until', models.DateTimeField(db_index=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('key',), name='throttle_unique_key')],
                },
            ),
            migrations.CreateModel(
                name='ApiToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                    ('name', models.CharField(max_length=100)),
                    ('digest', models.CharField(max_length=64)),
                    ('scope', models.CharField(choices=[('all', 'all that I may do'), ('checks', 'only read, and report checks'), ('read', 'only read')], default='all', max_length=10)),
                    ('created', models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('digest',), name='api_token_unique_digest'), models.UniqueConstraint(fields=('user', 'name'), name='api_token_unique_user_name')],
                },
            ),
            migrations.CreateModel(
                name='Cover',
                fields=[
                    ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='%(class)s', serialize=False, to='patchtrack.message')),
                    ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='patchtrack.project')),
                    ('name', models.TextField(help_text='the subject, its prefixes normalised')),
                    ('date', models.DateTimeField()),
                    ('submitter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_set', to='patchtrack.person')),
                    ('pull_url', models.TextField(blank=True)),
                    ('series', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cover', to='patchtrack.series')),
                ],
                options={
                    'indexes': [models.Index(fields=['submitter', 'date'], name='cover_by_submitter')],
                },
            ),
            migrations.CreateModel(
                name='RelatedPatch',
                fields=[
                    ('patch', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='in_relation', serialize=False, to='patchtrack.patch')),
                    ('relation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='patchtrack.patchrelation')),
                ],
            ),
            migrations.CreateModel(
                name='Comment',
                fields=[
                    ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='comment', serialize=False, to='patchtrack.message')),
                    ('patch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='patchtrack.patch')),
                    ('cover', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='patchtrack.cover')),
                    ('addressed', models.BooleanField(help_text='None: no action was asked for', null=True)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cover__isnull', False), ('patch', None)), models.Q(('cover', None), ('patch__isnull', False)), _connector='OR'), name='comment_on_patch_or_cover')],
                },
            ),
            migrations.CreateModel(
                name='BundlePatch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='patchtrack.bundle')),
                    ('patch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='patchtrack.patch')),
                    ('order', models.IntegerField()),
                ],
                options={
                    'ordering': ['order'],
                    'constraints': [models.UniqueConstraint(fields=('bundle', 'patch'), name='bundle_patch_unique_bundle_patch')],
                },
            ),
            migrations.CreateModel(
                name='Confirmation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('purpose', models.CharField(choices=[('register', 'Register'), ('address', 'Address'), ('opt-out', 'Opt Out'), ('opt-in', 'Opt In')], max_length=10)),
                    ('address', models.CharField(max_length=255)),
                    ('digest', models.CharField(max_length=64)),
                    ('created', models.DateTimeField(auto_now_add=True)),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('digest',), name='confirmation_unique_digest')],
                },
            ),
            migrations.CreateModel(
                name='Dependency',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='dependencies', to='patchtrack.message')),
                    ('target', models.CharField(max_length=500)),
                    ('url', models.CharField(blank=True, max_length=500)),
                ],
                options={
                    'verbose_name_plural': 'dependencies',
                    'indexes': [models.Index(fields=['target'], name='dependency_by_target')],
                    'constraints': [models.UniqueConstraint(fields=('message', 'target'), name='dependency_unique_message_target')],
                },
            ),
            migrations.CreateModel(
                name='EventCounter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('last', models.BigIntegerField(default=0)),
                ],
            ),
            migrations.CreateModel(
                name='Webhook',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to='patchtrack.project')),
                    ('url', models.CharField(max_length=2000)),
                    ('secret', models.CharField(max_length=200)),
                    ('categories', models.JSONField(blank=True, default=list)),
                    ('active', models.BooleanField(default=True)),
                    ('cursor', models.BigIntegerField()),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('due', models.DateTimeField(default=django.utils.timezone.now)),
                    ('claimed', models.DateTimeField(null=True)),
                    ('failure', models.TextField(blank=True)),
                ],
            ),
            migrations.CreateModel(
                name='WebhookDelivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='patchtrack.webhook')),
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
                ],
                options={
                    'verbose_name_plural': 'webhook deliveries',
                    'indexes': [models.Index(condition=models.Q(('wanted', True)), fields=['webhook'], name='webhookdelivery_wanted')],
                },
            ),
        ]),
        migrations.RunPython(add_rows, migrations.RunPython.noop),
        OnPostgreSQL([STORE_COMPRESSED_AS_IS, *derive_keeping()]),
        migrations.RunPython(make_search_index, migrations.RunPython.noop),
    ]
