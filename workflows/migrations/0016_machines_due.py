"""Which organisations have automatic steps to be done: asked across organisations, in no order, so that none comes first.

The function runs as the owner of the tables, whom row-level security lets see all, and tells nothing but ids.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION workflows_machines_due(most integer) RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.workflows_machinestep m WHERE m.organisation_id = o.id AND m.next_at <= now()
    )
    ORDER BY random() LIMIT most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0015_machines")]

    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION workflows_machines_due(integer);")]
