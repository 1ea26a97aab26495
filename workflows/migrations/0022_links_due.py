"""Which organisations have decision links whose time is over: asked across organisations, answered with ids only.

Those of automatic steps are left out: the step renews them itself.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION workflows_links_due(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.workflows_decisionlink l
        JOIN public.workflows_task t ON t.organisation_id = l.organisation_id AND t.id = l.task_id
        WHERE l.organisation_id = o.id AND l.outcome = '' AND l.expires_at <= moment
          AND t.state NOT IN ('running', 'failure_retry')
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0021_decision_links")]

    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION workflows_links_due(timestamptz);")]
