"""Text without a limit in rows that only the product writes: the server calls a function for each limited value."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_functions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='outboxevent',
            name='kind',
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='state',
            field=models.TextField(choices=[('new', 'New'), ('planned', 'Planned'), ('poison', 'Poison')], db_default='new', default='new'),
        ),
    ]
