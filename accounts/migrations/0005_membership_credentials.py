"""A person who comes back signs in anew. Empty for everybody else, whose sessions and tokens go on."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_whole_json'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='credentials_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
