from django.db import migrations

# The one question that reads across organisations: where does this login belong? It runs as the owner, whom the policies
# show everything; the search path is fixed so that nobody can put another table in its way.
MEMBERSHIPS_OF = """
CREATE FUNCTION accounts_memberships_of(wanted uuid) RETURNS TABLE (organisation_id uuid, membership_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.organisation_id, m.id FROM public.accounts_membership m WHERE m.user_id = wanted AND m.is_active
$$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(MEMBERSHIPS_OF, "DROP FUNCTION accounts_memberships_of(uuid)"),
    ]
