"""An automatic step knows that what it waits for has come while somebody looked."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0007_bulk_attempts'),
    ]

    operations = [
        migrations.AddField(
            model_name='machinestep',
            name='woken',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
