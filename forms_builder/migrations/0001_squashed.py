"""Every table as it is now, in the order of their keys: a new database is made within seconds. Whoever has all of what it
replaces has it already."""

import accounts.tenancy.fields
import accounts.tenancy.models
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('forms_builder', '0001_initial'),
        ('forms_builder', '0002_made_files'),
        ('forms_builder', '0003_attachment_organisation'),
        ('forms_builder', '0004_form_settings'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('run_id', models.UUIDField(blank=True, null=True)),
                ('field', models.CharField(blank=True, max_length=60)),
                ('key', models.CharField(max_length=300)),
                ('name', models.CharField(max_length=200)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_by', accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'run_id'], name='attachment_run'), models.Index(condition=models.Q(('run_id', None)), fields=['organisation', 'created_at'], name='attachment_unclaimed')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='attachment_key'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='attachment_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('name', models.CharField(max_length=120)),
                ('slug', models.CharField(max_length=120, validators=[django.core.validators.RegexValidator('\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z', 'Use lower-case letters, digits and single hyphens.')])),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'slug'), name='form_slug')],
            },
        ),
        migrations.CreateModel(
            name='FormSettings',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('map_links', models.BooleanField(db_default=True, default=True, help_text='Where a field asks for it, a link to openstreetmap.org stands beside a location. Nothing is loaded from it.', verbose_name='locations lead to a map')),
            ],
            options={
                'verbose_name': 'form settings',
                'verbose_name_plural': 'form settings',
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='formsettings_one')],
            },
        ),
        migrations.CreateModel(
            name='FormVersion',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('form', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='forms_builder.form')),
                ('number', models.PositiveIntegerField()),
                ('state', django_fsm.FSMField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=20, protected=True)),
                ('document', models.JSONField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('published_by_id', models.UUIDField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'form', 'number'), name='formversion_number'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('organisation', 'form'), name='formversion_one_draft'), models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('state', 'draft')), models.Q(('published_at__isnull', False), ('state', 'published')), _connector='OR'), name='formversion_published_at')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='formversion',
            trigger=pgtrigger.compiler.Trigger(name='immutable_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'published\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='943b4a540dddc91c0d3b4b7690ee09ed2c40d427', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_once_published_dc265', table='forms_builder_formversion', when='BEFORE')),
        ),
    ]
