"""A history entry keeps the text of its detail; the table is written anew once."""

import accounts.tenancy.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0005_plain_text'),
    ]

    operations = [
        migrations.AlterField(
            model_name='transitionlog',
            name='detail',
            field=accounts.tenancy.fields.WholeJSONField(default=dict),
        ),
    ]
