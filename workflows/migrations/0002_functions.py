"""Which organisations have something to do, each question asked across all of them: the functions run as the owner of the
tables, whom row-level security lets see all, and tell nothing but ids.
"""

from django.db import migrations

# Time limits that are due, tasks of people who have left, and requests whose timeout has come.
TIMES = """
CREATE FUNCTION workflows_sla_due(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND (EXISTS (
        SELECT 1 FROM public.workflows_task t
        WHERE t.organisation_id = o.id AND t.check_at <= moment
          AND t.state IN ('running', 'waiting', 'failure_retry')
    ) OR EXISTS (
        SELECT 1 FROM public.accounts_membership m
        JOIN public.accounts_user u ON u.id = m.user_id
        JOIN public.workflows_task t ON t.organisation_id = m.organisation_id AND t.assignee_id = m.id
        WHERE m.organisation_id = o.id AND NOT (m.is_active AND u.is_active)
          AND t.state IN ('running', 'waiting', 'failure_retry')
    ) OR EXISTS (
        SELECT 1 FROM public.workflows_runtimer r WHERE r.organisation_id = o.id AND r.check_at <= moment
    ))
    ORDER BY o.id
$$;
"""
# Requests decided at once whose time to undo is over.
BULKS = """
CREATE FUNCTION workflows_bulk_due(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.workflows_bulkact b
        WHERE b.organisation_id = o.id AND b.run_at <= moment AND b.state = 'waiting'
    )
    ORDER BY o.id
$$;
"""
# A team queue that everybody has left, or a panel that somebody has left who was asked.
DESERTED = """
CREATE FUNCTION workflows_deserted() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.accounts_membership m
        JOIN public.accounts_user u ON u.id = m.user_id
        JOIN public.workflows_taskcandidate c ON c.organisation_id = m.organisation_id AND c.member_id = m.id AND c.is_open
        WHERE m.organisation_id = o.id AND NOT (m.is_active AND u.is_active) AND (EXISTS (
            SELECT 1 FROM public.workflows_task k
            WHERE k.organisation_id = o.id AND k.id = c.task_id AND k.panel IS NOT NULL
              AND k.state IN ('running', 'waiting', 'failure_retry')
        ) OR NOT EXISTS (
            SELECT 1 FROM public.workflows_taskcandidate x
            JOIN public.accounts_membership xm ON xm.organisation_id = x.organisation_id AND xm.id = x.member_id
            JOIN public.accounts_user xu ON xu.id = xm.user_id
            WHERE x.organisation_id = o.id AND x.task_id = c.task_id AND x.is_open AND xm.is_active AND xu.is_active
        ))
    )
$$;
"""
# Automatic steps to be done, in no order, so that none comes first.
MACHINES = """
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
# Decision links whose time is over. Those of automatic steps are left out: the step renews them itself.
LINKS = """
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
# Every decision changes the run but none of its indexed columns: with room on the page no index is touched.
ROOM = "ALTER TABLE workflows_workflowrun SET (fillfactor = 75);"


class Migration(migrations.Migration):
    replaces = [("workflows", "0026_panels_of_leavers")]
    dependencies = [("workflows", "0001_squashed")]

    operations = [migrations.RunSQL([TIMES, BULKS, DESERTED, MACHINES, LINKS, ROOM])]
