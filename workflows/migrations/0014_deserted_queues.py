"""Which organisations have a team queue that everybody has left: the owner asks across all of them, and tells ids only."""

from django.db import migrations

MAKE = """
CREATE FUNCTION workflows_deserted() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND EXISTS (
        SELECT 1 FROM public.accounts_membership m
        JOIN public.accounts_user u ON u.id = m.user_id
        JOIN public.workflows_taskcandidate c ON c.organisation_id = m.organisation_id AND c.member_id = m.id AND c.is_open
        WHERE m.organisation_id = o.id AND NOT (m.is_active AND u.is_active) AND NOT EXISTS (
            SELECT 1 FROM public.workflows_taskcandidate x
            JOIN public.accounts_membership xm ON xm.organisation_id = x.organisation_id AND xm.id = x.member_id
            JOIN public.accounts_user xu ON xu.id = xm.user_id
            WHERE x.organisation_id = o.id AND x.task_id = c.task_id AND x.is_open AND xm.is_active AND xu.is_active
        )
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0013_turns")]

    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION workflows_deserted();")]
