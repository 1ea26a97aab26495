"""Which organisations have work waiting: the only question that is asked across organisations.

Owned by the migrations' role, whose policy sees every row; they answer with ids of organisations and nothing else. Each
walks from organisation to organisation through a partial index, so a tenant with a long queue costs no more than another.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION {name}(most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH RECURSIVE walk AS (
        (SELECT organisation_id FROM public.{table} WHERE {open} ORDER BY organisation_id LIMIT 1)
        UNION ALL
        SELECT (SELECT t.organisation_id FROM public.{table} t WHERE {open} AND t.organisation_id > walk.organisation_id
                ORDER BY t.organisation_id LIMIT 1)
        FROM walk WHERE walk.organisation_id IS NOT NULL
    )
    SELECT walk.organisation_id FROM walk
    WHERE walk.organisation_id IS NOT NULL AND EXISTS (
        SELECT FROM public.{table} t WHERE {open} AND t.organisation_id = walk.organisation_id AND {ready}
    )
    ORDER BY random() LIMIT most
$$
"""

PENDING = FUNCTION.format(
    name="notifications_pending_organisations",
    table="notifications_outboxevent",
    open="state = 'new'",
    ready="(t.lease_until IS NULL OR t.lease_until <= statement_timestamp())",
)
DUE = FUNCTION.format(
    name="notifications_due_organisations",
    table="notifications_delivery",
    open="state IN ('planned', 'leased', 'retry')",
    ready="t.next_at <= statement_timestamp()",
)


class Migration(migrations.Migration):
    replaces = [("notifications", "0005_letters")]
    dependencies = [("notifications", "0001_squashed")]

    operations = [migrations.RunSQL([PENDING, DUE])]
