from django.db import migrations

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
TABLES = ("membership", "department", "designation", "place", "role", "membershiprole", "workingcalendar", "holiday")
EVENTS = (("inserted", "INSERT", "NEW"), ("updated", "UPDATE", "NEW"), ("deleted", "DELETE", "OLD"))
TRIGGERS = "".join(
    f"CREATE TRIGGER directory_{name} AFTER {event} ON accounts_{table} REFERENCING {rows} TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION accounts_directory_changed();\n"
    for table in TABLES
    for name, event, rows in EVENTS
)
# What is there already; without a stamp nothing would be kept.
FIRST = "SELECT accounts_directory_stamp((SELECT array_agg(id) FROM accounts_organisation));"

UNDO = (
    "".join(f"DROP TRIGGER directory_{name} ON accounts_{table};" for table in TABLES for name, _, _ in EVENTS)
    + """
DROP TRIGGER directory_updated ON accounts_organisation;
DROP FUNCTION accounts_organisation_changed();
DROP TRIGGER directory_updated ON accounts_user;
DROP FUNCTION accounts_login_changed();
DROP FUNCTION accounts_directory_changed();
DROP FUNCTION accounts_directory_stamp(uuid[]);
DROP SEQUENCE accounts_directory_seq;
"""
)

# A batch of writes refuses itself when a row is not as it was seen: its answer may come after COMMIT was sent.
STALE = """
CREATE FUNCTION countersign_stale() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row is not as it was seen' USING ERRCODE = 'CS409';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_directory_stamp")]

    operations = [
        migrations.RunSQL([FUNCTIONS, TRIGGERS, FIRST], UNDO),
        migrations.RunSQL(STALE, "DROP FUNCTION countersign_stale();"),
    ]
