from django.db import migrations

# Absences are facts of people: who keeps such facts must hear of every change (see 0004_directory_triggers).
EVENTS = (("inserted", "INSERT", "NEW"), ("updated", "UPDATE", "NEW"), ("deleted", "DELETE", "OLD"))
TRIGGERS = "".join(
    f"CREATE TRIGGER directory_{name} AFTER {event} ON accounts_absence REFERENCING {rows} TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION accounts_directory_changed();\n"
    for name, event, rows in EVENTS
)
UNDO = "".join(f"DROP TRIGGER directory_{name} ON accounts_absence;" for name, _, _ in EVENTS)

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
    dependencies = [("accounts", "0007_absences")]

    operations = [
        migrations.RunSQL(TRIGGERS, UNDO),
        migrations.RunSQL(DUE, "DROP FUNCTION accounts_absences_due(timestamptz);"),
    ]
