"""What waits in an organisation that is closed waits until it is opened again: nobody of it can get in to look."""

from importlib import import_module

from django.db import migrations

before = import_module("notifications.migrations.0002_functions")
OPEN = "SELECT FROM public.accounts_organisation o WHERE o.id = walk.organisation_id AND o.is_active"


def replaced(function: str, more: str) -> str:
    made = function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    return made.replace("ORDER BY random()", f"{more} ORDER BY random()")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_plain_text"), ("accounts", "0001_squashed")]

    operations = [
        migrations.RunSQL(replaced(function, f"AND EXISTS ({OPEN})"), replaced(function, ""))
        for function in (before.PENDING, before.DUE)
    ]
