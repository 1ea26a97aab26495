"""Every table as it is now, in the order of their keys: a new database is made within seconds. Whoever has all of what it
replaces has it already."""

import accounts.tenancy.fields
import accounts.tenancy.models
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('notifications', '0001_initial'),
        ('notifications', '0002_pending'),
        ('notifications', '0003_lighter_writes'),
        ('notifications', '0004_outbox_points_to_audit'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
        ('workflows', '0001_squashed'),
    ]

    operations = [
        # The default of a column asks it.
        migrations.RunSQL('CREATE SEQUENCE notifications_outbox_seq'),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('recipient', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='accounts.membership')),
                ('link', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workflows.decisionlink')),
                ('event_id', models.UUIDField()),
                ('kind', models.CharField(max_length=80)),
                ('channel', models.CharField(max_length=20)),
                ('run_id', models.UUIDField(null=True)),
                ('path', models.CharField(blank=True, max_length=300)),
                ('subject', models.CharField(max_length=250)),
                ('body', models.TextField()),
                ('watching', models.BooleanField(default=False)),
                ('message_id', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('leased', 'Leased'), ('retry', 'Retry'), ('sent', 'Sent'), ('suppressed', 'Suppressed'), ('dead', 'Dead'), ('unknown', 'Unknown')], default='planned', max_length=12)),
                ('reason', models.TextField(blank=True)),
                ('address', models.CharField(blank=True, max_length=254)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('charged', models.PositiveSmallIntegerField(default=0)),
                ('possible_duplicate', models.BooleanField(default=False)),
                ('next_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lease_token', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(condition=models.Q(('state__in', ('planned', 'leased', 'retry'))), fields=['organisation', 'next_at'], name='delivery_due'), models.Index(condition=models.Q(('state__in', ('dead', 'suppressed', 'unknown'))), fields=['organisation', '-created_at'], name='delivery_failed'), models.Index(fields=['organisation', '-created_at'], name='delivery_list')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'event_id', 'recipient', 'channel'), name='delivery_once'), models.UniqueConstraint(condition=models.Q(('link__isnull', False)), fields=('organisation', 'event_id', 'link'), name='delivery_link_once'), models.CheckConstraint(condition=models.Q(models.Q(('link', None), ('recipient__isnull', False)), models.Q(('link__isnull', False), ('recipient', None)), _connector='OR'), name='delivery_to_one')],
            },
        ),
        migrations.CreateModel(
            name='SuppressedAddress',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('address', models.EmailField(max_length=254)),
                ('reason', models.TextField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'suppressed addresses',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'address'), name='suppressedaddress_once')],
            },
        ),
        migrations.CreateModel(
            name='MailTransport',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('open_until', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='InboxItem',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('recipient', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='accounts.membership')),
                ('event_id', models.UUIDField()),
                ('kind', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('actor', models.CharField(blank=True, max_length=200)),
                ('body', models.TextField(blank=True)),
                ('path', models.CharField(blank=True, max_length=300)),
                ('run_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('read_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'notice',
                'indexes': [models.Index(fields=['organisation', 'recipient', '-at', '-id'], name='inboxitem_page'), models.Index(condition=models.Q(('read_at', None)), fields=['organisation', 'recipient', '-at', '-id'], name='inboxitem_unread')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'event_id', 'recipient'), name='inboxitem_once')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('kind', models.CharField(max_length=80)),
                ('subject_id', models.UUIDField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('seq', models.BigIntegerField(db_default=models.Func(models.Value('notifications_outbox_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('state', models.CharField(choices=[('new', 'New'), ('planned', 'Planned'), ('poison', 'Poison')], db_default='new', default='new', max_length=10)),
                ('attempts', models.SmallIntegerField(db_default=0, default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_token', models.UUIDField(null=True)),
                ('planned_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True, db_default='')),
            ],
            options={
                'verbose_name': 'outbox event',
                'indexes': [models.Index(condition=models.Q(('state', 'new')), fields=['organisation', 'seq'], name='outboxevent_waiting'), models.Index(condition=models.Q(('state', 'poison')), fields=['organisation', 'at'], name='outboxevent_poison'), models.Index(fields=['organisation', 'at'], name='outboxevent_at')],
            },
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('kind', models.CharField(max_length=80)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('in_app', 'In the product')], max_length=20)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField(blank=True, max_length=10000)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kind', 'channel'), name='template_once')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by_id', models.UUIDField(editable=False, null=True)),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('modified_by_id', models.UUIDField(editable=False, null=True)),
                ('member', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('email', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'member'), name='preference_once')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=accounts.tenancy.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('delivery', accounts.tenancy.fields.OrganisationForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attempt_rows', to='notifications.delivery')),
                ('number', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(choices=[('started', 'Started'), ('sent', 'Sent'), ('retry', 'Retry'), ('outage', 'Outage'), ('suppressed', 'Suppressed'), ('dead', 'Dead'), ('unknown', 'Unknown')], default='started', max_length=12)),
                ('error', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'delivery', 'number'), name='attempt_number')],
            },
        ),
    ]
