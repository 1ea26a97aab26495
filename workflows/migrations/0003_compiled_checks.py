"""The checks of the tables that each decision writes to: the server keeps them compiled now."""

import accounts.tenancy.constraints
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_functions'),
        ('workflows', '0002_functions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='task',
            name='task_open_is_undecided',
        ),
        migrations.RemoveConstraint(
            model_name='task',
            name='task_unassigned_has_nobody',
        ),
        migrations.RemoveConstraint(
            model_name='transitionlog',
            name='transitionlog_kind',
        ),
        migrations.RemoveConstraint(
            model_name='workflowrun',
            name='workflowrun_finished_at',
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=accounts.tenancy.constraints.CompiledCheck(condition=models.Q(models.Q(models.Q(('state__in', ['running', 'waiting', 'failure_retry']), ('completed_at', None), ('completed_by', None)), ('state__in', ['success', 'failure', 'skipped']), _connector='OR'), models.Q(('unassigned', False), ('assignee', None), _connector='OR')), name='task_is_consistent'),
        ),
        migrations.AddConstraint(
            model_name='transitionlog',
            constraint=accounts.tenancy.constraints.CompiledCheck(condition=models.Q(('kind__in', ['started', 'moved', 'assigned', 'reassigned', 'taken_over', 'claimed', 'voted', 'reminded', 'told', 'warned', 'timed_out', 'escalated', 'overdue', 'unassigned', 'migrated', 'held', 'asked', 'answered', 'resumed', 'withdrawn', 'completed', 'skipped', 'join_waiting', 'joined', 'cancelled', 'superseded', 'tried', 'failed', 'retried', 'passed', 'link_sent', 'link_refused', 'link_decided', 'link_ended'])), name='transitionlog_kind'),
        ),
        migrations.AddConstraint(
            model_name='workflowrun',
            constraint=accounts.tenancy.constraints.CompiledCheck(condition=models.Q(models.Q(('finished_at', None), ('status__in', ['queued', 'running'])), models.Q(('finished_at__isnull', False), ('status__in', ['completed', 'failed', 'killed'])), _connector='OR'), name='workflowrun_finished_at'),
        ),
    ]
