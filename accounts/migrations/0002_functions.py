"""What the database does by itself: which organisations a login belongs to or have something to do, and the stamp of a directory."""

from django.db import migrations

# The one question that reads across organisations: where does this login belong? It runs as the owner, whom the policies
# show everything; the search path is fixed so that nobody can put another table in its way.
MEMBERSHIPS_OF = """
CREATE FUNCTION accounts_memberships_of(wanted uuid) RETURNS TABLE (organisation_id uuid, membership_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.organisation_id, m.id FROM public.accounts_membership m WHERE m.user_id = wanted AND m.is_active
$$
"""

# Statement triggers, so that a bulk write draws one number. They run as the owner: a login belongs to people of several
# organisations, of which the writer may see one. The search path is fixed so that nobody can put a table in the way.
FUNCTIONS = """
CREATE SEQUENCE accounts_directory_seq;
CREATE FUNCTION accounts_directory_stamp(organisations uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.accounts_directorystamp (id, organisation_id, stamp)
    SELECT gen_random_uuid(), o, nextval('public.accounts_directory_seq')
    FROM (SELECT DISTINCT unnest(organisations) AS o ORDER BY 1) changed_ones
    ON CONFLICT (organisation_id) DO UPDATE SET stamp = excluded.stamp
$$;
REVOKE ALL ON FUNCTION accounts_directory_stamp(uuid[]) FROM PUBLIC;
CREATE FUNCTION accounts_directory_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.accounts_directory_stamp((SELECT array_agg(DISTINCT organisation_id) FROM changed));
    RETURN NULL;
END
$$;
CREATE FUNCTION accounts_login_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.accounts_directory_stamp(
        (SELECT array_agg(m.organisation_id) FROM public.accounts_membership m WHERE m.user_id = NEW.id)
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER directory_updated AFTER UPDATE ON accounts_user FOR EACH ROW
WHEN (to_jsonb(OLD) - 'last_login' IS DISTINCT FROM to_jsonb(NEW) - 'last_login') EXECUTE FUNCTION accounts_login_changed();
CREATE FUNCTION accounts_organisation_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.accounts_directory_stamp(ARRAY[NEW.id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER directory_updated AFTER INSERT OR UPDATE ON accounts_organisation
FOR EACH ROW EXECUTE FUNCTION accounts_organisation_changed();
"""
TABLES = (
    "membership",
    "department",
    "designation",
    "place",
    "role",
    "membershiprole",
    "workingcalendar",
    "holiday",
    "absence",
)
EVENTS = (("inserted", "INSERT", "NEW"), ("updated", "UPDATE", "NEW"), ("deleted", "DELETE", "OLD"))
TRIGGERS = "".join(
    f"CREATE TRIGGER directory_{name} AFTER {event} ON accounts_{table} REFERENCING {rows} TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION accounts_directory_changed();\n"
    for table in TABLES
    for name, event, rows in EVENTS
)

# A batch of writes refuses itself when a row is not as it was seen: its answer may come after COMMIT was sent.
STALE = """
CREATE FUNCTION countersign_stale() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row is not as it was seen' USING ERRCODE = 'CS409';
END
$$;
"""

# Which organisations have absences that begin or end: asked across all of them, so the owner asks, and tells ids only.
DUE = """
CREATE FUNCTION accounts_absences_due(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT o.id FROM public.accounts_organisation o
    WHERE o.is_active AND (EXISTS (
        SELECT FROM public.accounts_absence a
        WHERE a.organisation_id = o.id AND a.starts_at <= moment AND a.began_at IS NULL AND a.ended_at IS NULL
    ) OR EXISTS (
        SELECT FROM public.accounts_absence a
        WHERE a.organisation_id = o.id AND a.ends_at <= moment AND a.ended_at IS NULL
    ))
    ORDER BY o.id
$$;
"""


class Migration(migrations.Migration):
    replaces = [("accounts", "0008_absence_functions")]
    dependencies = [("accounts", "0001_squashed")]

    operations = [migrations.RunSQL([MEMBERSHIPS_OF, FUNCTIONS, TRIGGERS, STALE, DUE])]
