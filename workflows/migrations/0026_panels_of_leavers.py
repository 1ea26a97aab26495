"""Which organisations have a team queue that everybody has left, or a panel that somebody has left who was asked.

The owner asks across all of them, and tells ids only.
"""

from django.db import migrations

BEFORE = """
CREATE OR REPLACE FUNCTION workflows_deserted() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.accounts_membership m
        JOIN public.accounts_user u ON u.id = m.user_id
        JOIN public.workflows_taskcandidate c ON c.organisation_id = m.organisation_id AND c.member_id = m.id AND c.is_open
        WHERE m.organisation_id = o.id AND NOT (m.is_active AND u.is_active) AND {seat}NOT EXISTS (
            SELECT 1 FROM public.workflows_taskcandidate x
            JOIN public.accounts_membership xm ON xm.organisation_id = x.organisation_id AND xm.id = x.member_id
            JOIN public.accounts_user xu ON xu.id = xm.user_id
            WHERE x.organisation_id = o.id AND x.task_id = c.task_id AND x.is_open AND xm.is_active AND xu.is_active
        ){end}
    )
$$;
"""
SEAT = """(EXISTS (
            SELECT 1 FROM public.workflows_task k
            WHERE k.organisation_id = o.id AND k.id = c.task_id AND k.panel IS NOT NULL
              AND k.state IN ('running', 'waiting', 'failure_retry')
        ) OR """


class Migration(migrations.Migration):
    dependencies = [("workflows", "0025_saved_tasks")]

    operations = [
        migrations.RunSQL(BEFORE.format(seat=SEAT, end=")"), BEFORE.format(seat="", end="")),
    ]
