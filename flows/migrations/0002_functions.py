"""Which organisations have something to do: open proposals whose time or reminder has come, and long work on the catalogue.

Asked across organisations, so these run as the owner of the tables, whom row-level security lets see all; they tell ids only.
"""

from django.db import migrations

PROPOSALS = """
CREATE FUNCTION flows_proposals_due(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    LEFT JOIN public.flows_flowsettings s ON s.organisation_id = o.id
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.flows_proposedflow p
        WHERE p.organisation_id = o.id AND p.is_open
          AND p.due_at <= moment + coalesce(s.remind_days, 0) * interval '1 day'
          AND (p.due_at <= moment OR p.reminded_at IS NULL)
    )
    ORDER BY o.id
$$;
"""
IMPORTS = """
CREATE FUNCTION flows_imports_waiting() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.flows_catalogueimport i
        WHERE i.organisation_id = o.id AND i.state IN ('checking', 'applying')
    )
    ORDER BY o.id
$$;
"""
BACKFILLS = """
CREATE FUNCTION flows_backfills_waiting() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.flows_backfill b
        WHERE b.organisation_id = o.id AND b.state = 'running' AND b.in_background
    )
    ORDER BY o.id
$$;
"""


class Migration(migrations.Migration):
    replaces = [("flows", "0012_on_behalf_of")]
    dependencies = [("flows", "0001_squashed")]

    operations = [migrations.RunSQL([PROPOSALS, IMPORTS, BACKFILLS])]
