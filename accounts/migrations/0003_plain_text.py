"""Text without a limit in rows that only the product writes: the server calls a function for each limited value."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_functions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditentry',
            name='actor_kind',
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='actor_label',
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='kind',
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='request_id',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='subject_kind',
            field=models.TextField(),
        ),
    ]
