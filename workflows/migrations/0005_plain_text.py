"""Text without a limit in rows that only the product writes: the server calls a function for each limited value."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0004_workflow_facts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='transitionlog',
            name='by_name',
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name='transitionlog',
            name='for_name',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AlterField(
            model_name='transitionlog',
            name='from_name',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AlterField(
            model_name='transitionlog',
            name='from_step',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AlterField(
            model_name='transitionlog',
            name='kind',
            field=models.TextField(choices=[('started', 'Started'), ('moved', 'Moved'), ('assigned', 'Assigned'), ('reassigned', 'Handed over'), ('taken_over', 'Taken over'), ('claimed', 'Claimed'), ('voted', 'Voted'), ('reminded', 'Reminded'), ('told', 'Told the manager'), ('warned', 'Warned of the timeout'), ('timed_out', 'Timed out'), ('escalated', 'Escalated'), ('overdue', 'Overdue'), ('unassigned', 'Waiting for assignment'), ('migrated', 'Moved to another version'), ('held', 'Put on hold'), ('asked', 'Asked the requester'), ('answered', 'Answered'), ('resumed', 'Resumed'), ('withdrawn', 'Withdrawn'), ('completed', 'Completed'), ('skipped', 'Branch not taken'), ('join_waiting', 'Waits for other branches'), ('joined', 'Branches came together'), ('cancelled', 'Not needed any more'), ('superseded', 'Answers superseded'), ('tried', 'Attempt failed'), ('failed', 'Automatic step failed'), ('retried', 'Tried again'), ('passed', 'Automatic step skipped'), ('link_sent', 'Asked by a link'), ('link_refused', 'Not asked by a link'), ('link_decided', 'Decided by a link'), ('link_ended', 'Link ended')]),
        ),
        migrations.AlterField(
            model_name='transitionlog',
            name='to_name',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AlterField(
            model_name='transitionlog',
            name='to_step',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AlterField(
            model_name='transitionlog',
            name='transition',
            field=models.TextField(blank=True, db_default=''),
        ),
    ]
