"""Approvals keep position, anchor and states of their side; those that were asked already get what the side says today."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FROM_SIDES = """
UPDATE flows_approval a
   SET position = s.position, anchor = s.anchor, approved_state = s.approved_state, rejected_state = s.rejected_state
  FROM flows_approvalside s
 WHERE s.organisation_id = a.organisation_id AND s.id = a.side_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_whole_json'),
        ('flows', '0002_functions'),
    ]

    operations = [
        migrations.AddField(
            model_name='approval',
            name='anchor',
            field=models.CharField(choices=[('source', 'People of the source'), ('target', 'People of the target'), ('data_type', 'Owners of the data types'), ('none', 'Nobody in particular: roles only')], db_default='none', max_length=20),
        ),
        migrations.AddField(
            model_name='approval',
            name='approved_state',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='approval',
            name='position',
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='approval',
            name='rejected_state',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('anchor', 'data_type'), ('is_asked', True)), fields=['organisation', 'proposal'], name='approval_asks_types'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('anchor', 'data_type')), fields=['organisation', 'is_open', 'proposal'], name='approval_of_types'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='as_asked', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n        SELECT s.position, s.anchor, s.approved_state, s.rejected_state\n            INTO NEW.position, NEW.anchor, NEW.approved_state, NEW.rejected_state\n            FROM flows_approvalside s WHERE s.organisation_id = NEW.organisation_id AND s.id = NEW.side_id;\n        RETURN NEW;\n    ', hash='0ecdeb770bb56d00af3947e5fd56e1595e689254', operation='INSERT', pgid='pgtrigger_as_asked_3087d', table='flows_approval', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('anchor__in', ['source', 'target', 'data_type', 'none'])), name='approval_anchor'),
        ),
        migrations.RunSQL(FROM_SIDES, migrations.RunSQL.noop),
    ]
