"""A wish for many tasks counts its attempts, and can end as failed."""

import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_whole_json'),
        ('workflows', '0006_whole_json'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='bulkact',
            name='bulkact_finished_at',
        ),
        migrations.AddField(
            model_name='bulkact',
            name='attempts',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='bulkact',
            name='state',
            field=django_fsm.FSMField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('cancelled', 'Undone'), ('failed', 'Failed')], default='waiting', editable=False, max_length=20, protected=True),
        ),
        migrations.AddConstraint(
            model_name='bulkact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state', 'waiting')), models.Q(('finished_at__isnull', False), ('state__in', ['done', 'cancelled', 'failed'])), _connector='OR'), name='bulkact_finished_at'),
        ),
    ]
