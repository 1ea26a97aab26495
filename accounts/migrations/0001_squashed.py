"""Every table as it is now, in the order of their keys: a new database is made within seconds. Whoever has all of what it
replaces has it already."""

import accounts.models.absences
import accounts.models.calendars
import accounts.models.organisations
import accounts.models.people
import accounts.tenancy.fields
import accounts.tenancy.models
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0003_directory_stamp'),
        ('accounts', '0004_directory_triggers'),
        ('accounts', '0005_lighter_writes'),
        ('accounts', '0006_calendars'),
        ('accounts', '0007_absences'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=63, unique=True, validators=[django.core.validators.RegexValidator('\\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\Z', 'Use 1 to 63 lower-case letters, digits and hyphens; no hyphen at either end.')])),
                ('name', models.CharField(max_length=200)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.organisations.validate_time_zone])),
                ('settings', models.JSONField(blank=True, default=dict)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('is_active', models.BooleanField(default=True)),
                ('is_platform_admin', models.BooleanField(default=False)),
                ('credentials_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_ci'), models.CheckConstraint(condition=models.Q(('is_superuser', False)), name='user_no_superuser')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(max_length=80)),
                ('subject_kind', models.CharField(max_length=80)),
                ('subject_id', models.UUIDField()),
                ('actor_kind', models.CharField(max_length=20)),
                ('actor_id', models.UUIDField(null=True)),
                ('actor_label', models.CharField(max_length=200)),
                ('payload', models.JSONField(default=dict)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('xid', models.BigIntegerField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Cast(models.Func(function='pg_current_xact_id', output_field=models.TextField()), models.TextField()), models.BigIntegerField()))),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit entries',
                'indexes': [models.Index(fields=['organisation', 'at'], name='auditentry_at'), models.Index(fields=['organisation', 'subject_id', 'at'], name='auditentry_subject')],
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('seq', models.BigIntegerField()),
                ('entry_id', models.UUIDField()),
                ('entry_at', models.DateTimeField()),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'seq'), name='auditseal_seq'), models.UniqueConstraint(fields=('organisation', 'entry_id'), name='auditseal_entry')],
            },
        ),
        migrations.CreateModel(
            name='Designation',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('name', models.CharField(max_length=120)),
                ('level', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='designation_name')],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('name', models.CharField(max_length=120)),
                ('permissions', models.JSONField(blank=True, default=list, validators=[accounts.models.people.validate_codes])),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='role_name')],
            },
        ),
        migrations.CreateModel(
            name='WorkingCalendar',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('name', models.CharField(max_length=120)),
                ('time_zone', models.CharField(max_length=64, validators=[accounts.models.organisations.validate_time_zone])),
                ('hours', models.JSONField(default=accounts.models.calendars.office_hours, validators=[accounts.models.calendars.validate_hours])),
                ('is_default', models.BooleanField(default=False)),
                ('country', models.CharField(blank=True, db_default='', default='', help_text='A country, or nothing.', max_length=2, verbose_name='public holidays of')),
                ('subdivision', models.CharField(blank=True, db_default='', default='', help_text='Such as a state.', max_length=10, verbose_name='part of the country')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='workingcalendar_name'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('organisation',), name='workingcalendar_one_default')],
            },
        ),
        migrations.CreateModel(
            name='DirectoryStamp',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('stamp', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='directorystamp_one')],
            },
        ),
        migrations.CreateModel(
            name='ObjectGrant',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
                ('object_pk', models.CharField(max_length=255, verbose_name='object ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'grant',
                'indexes': [models.Index(fields=['organisation', 'object_pk', 'permission'], name='objectgrant_object')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user', 'permission', 'object_pk'), name='objectgrant_once')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('member_id', models.UUIDField()),
                ('route', models.CharField(max_length=200)),
                ('key', models.CharField(max_length=200)),
                ('body_hash', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('headers', models.JSONField(default=dict)),
                ('body', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'created_at'], name='idempotencykey_age')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'member_id', 'route', 'key'), name='idempotencykey_once')],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('city', models.CharField(max_length=120)),
                ('state', models.CharField(blank=True, max_length=120)),
                ('country', models.CharField(help_text='ISO 3166-1 alpha-2, such as IN.', max_length=2)),
                ('time_zone', models.CharField(blank=True, max_length=64, validators=[accounts.models.organisations.validate_time_zone])),
                ('calendar', accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, help_text="Counts for the tasks of the people here; without one the organisation's does.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='places', to='accounts.workingcalendar', verbose_name='working calendar')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'country', 'state', 'city'), name='place_address')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('calendar', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='accounts.workingcalendar')),
                ('date', models.DateField()),
                ('name', models.CharField(max_length=120)),
                ('is_worked', models.BooleanField(db_default=False, default=False, verbose_name='people work')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'calendar', 'date'), name='holiday_date')],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('name', models.CharField(max_length=120)),
                ('code', models.CharField(max_length=40)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='department_code')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=200)),
                ('email', models.EmailField(max_length=254)),
                ('department', accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.department')),
                ('designation', accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.designation')),
                ('place', accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.place')),
                ('manager', accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='accounts.membership')),
                ('is_active', models.BooleanField(default=True)),
                ('is_tenant_admin', models.BooleanField(default=False)),
                ('attributes', models.JSONField(blank=True, default=dict, validators=[accounts.models.people.validate_attributes])),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'indexes': [models.Index(fields=['organisation', 'department', 'name'], name='membership_department'), models.Index(fields=['organisation', 'manager'], name='membership_manager'), models.Index(fields=['organisation', 'name'], name='membership_name')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='membership_user'), models.UniqueConstraint(fields=('organisation', 'email'), name='membership_email'), models.CheckConstraint(condition=models.Q(('manager', models.F('id')), _negated=True), name='membership_not_own_manager')],
            },
        ),
        migrations.CreateModel(
            name='ActingAdmin',
            fields=[
            ],
            options={
                'proxy': True,
            },
            bases=('accounts.membership',),
        ),
        migrations.CreateModel(
            name='MembershipRole',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('membership', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='role_links', to='accounts.membership')),
                ('role', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='member_links', to='accounts.role')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'membership', 'role'), name='membershiprole_once')],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('member', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='accounts.membership')),
                ('substitute', accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='substitutions', to='accounts.membership')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(help_text='The last day away.', verbose_name='until')),
                ('time_zone', models.CharField(max_length=64, validators=[accounts.models.organisations.validate_time_zone])),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('scope', models.JSONField(blank=True, default=list, validators=[accounts.models.absences.validate_scope])),
                ('accepted_at', models.DateTimeField(null=True)),
                ('declined_at', models.DateTimeField(null=True)),
                ('began_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['organisation', 'member', 'starts_at'], name='absence_member'), models.Index(condition=models.Q(('ended_at__isnull', True), ('substitute__isnull', False)), fields=['organisation', 'substitute', 'starts_at'], name='absence_substitute'), models.Index(condition=models.Q(('began_at__isnull', True), ('ended_at__isnull', True)), fields=['organisation', 'starts_at'], name='absence_begins'), models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['organisation', 'ends_at'], name='absence_ends')],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at')), ('starts_on__lte', models.F('ends_on'))), name='absence_forwards'), models.CheckConstraint(condition=models.Q(('substitute', models.F('member')), _negated=True), name='absence_not_oneself'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('declined_at', None)), models.Q(('accepted_at', None), ('substitute__isnull', False)), models.Q(('declined_at', None), ('substitute__isnull', False)), _connector='OR'), name='absence_one_answer')],
            },
        ),
        migrations.CreateModel(
            name='RefreshFamily',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('membership', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('jti', models.UUIDField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('rotated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'expires_at'], name='refreshfamily_expiry')],
            },
        ),
        migrations.CreateModel(
            name='AccessLink',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('membership', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('purpose', models.CharField(choices=[('invite', 'invitation'), ('reset', 'forgotten password')], max_length=10)),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('is_open', models.BooleanField(default=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_open', True)), fields=['organisation', 'next_at'], name='accesslink_due')],
            },
        ),
        migrations.AddField(
            model_name='department',
            name='head',
            field=accounts.tenancy.fields.OrganisationForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditseal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6a38c436bfdcc5028f7f72764db70fd8307f6626', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ed234', table='accounts_auditseal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f78d7546cae6abefbfed448b788eab0e8a36f6bf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e6c89', table='accounts_auditentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absence',
            trigger=pgtrigger.compiler.Trigger(name='absence_no_overlap', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."ended_at" IS NULL)', func="\n        PERFORM pg_advisory_xact_lock(hashtextextended('absences:' || NEW.organisation_id, 5));\n        IF EXISTS (\n            SELECT FROM accounts_absence a\n            WHERE a.organisation_id = NEW.organisation_id AND a.member_id = NEW.member_id AND a.id <> NEW.id\n              AND a.ended_at IS NULL AND a.starts_at < NEW.ends_at AND NEW.starts_at < a.ends_at\n              AND (a.scope = '[]' OR NEW.scope = '[]' OR EXISTS (\n                  SELECT FROM jsonb_array_elements_text(NEW.scope) k WHERE a.scope ? k\n              ))\n        ) THEN\n            RAISE EXCEPTION 'absence_no_overlap' USING ERRCODE = 'check_violation', CONSTRAINT = 'absence_no_overlap';\n        END IF;\n        IF NEW.substitute_id IS NOT NULL AND NEW.declined_at IS NULL AND EXISTS (\n            WITH RECURSIVE onward(id) AS (\n                SELECT NEW.substitute_id\n                UNION SELECT a.substitute_id FROM accounts_absence a JOIN onward ON a.member_id = onward.id\n                WHERE a.organisation_id = NEW.organisation_id AND a.ended_at IS NULL AND a.declined_at IS NULL\n                  AND a.substitute_id IS NOT NULL AND a.starts_at < NEW.ends_at AND NEW.starts_at < a.ends_at\n            )\n            SELECT FROM onward WHERE id = NEW.member_id\n        ) THEN\n            RAISE EXCEPTION 'absence_no_circle' USING ERRCODE = 'check_violation', CONSTRAINT = 'absence_no_circle';\n        END IF;\n        RETURN NEW;\n    ", hash='52487ff8beb0c1df374d7e4d315013365c65bf4a', operation='INSERT OR UPDATE', pgid='pgtrigger_absence_no_overlap_88654', table='accounts_absence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='manager_no_circle', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."manager_id" IS NOT NULL)', func="\n        PERFORM pg_advisory_xact_lock(hashtextextended('managers:' || NEW.organisation_id, 3));\n        IF EXISTS (\n            WITH RECURSIVE above(id) AS (\n                SELECT NEW.manager_id\n                UNION SELECT m.manager_id FROM accounts_membership m JOIN above ON m.id = above.id\n            )\n            SELECT FROM above WHERE id = NEW.id\n        ) THEN\n            RAISE EXCEPTION 'manager_no_circle' USING ERRCODE = 'check_violation', CONSTRAINT = 'manager_no_circle';\n        END IF;\n        RETURN NEW;\n    ", hash='d30473bbaa62682198fc2d1302f721dbbe17832f', operation='INSERT OR UPDATE OF "manager_id"', pgid='pgtrigger_manager_no_circle_634e5', table='accounts_membership', when='AFTER')),
        ),
    ]
