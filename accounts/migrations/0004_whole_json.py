"""An audit entry keeps the text of its payload; the table is written anew once."""

import accounts.tenancy.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_plain_text'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditentry',
            name='payload',
            field=accounts.tenancy.fields.WholeJSONField(default=dict),
        ),
    ]
