"""Name, owner and group of a workflow are facts of the directory: processes keep them for as long as its stamp is the same."""

from django.db import migrations

CHANGED = """
CREATE FUNCTION workflows_definition_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.accounts_directory_stamp(ARRAY[NEW.organisation_id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER directory_updated AFTER UPDATE ON workflows_workflowdefinition FOR EACH ROW
WHEN ((OLD.name, OLD.owner_id, OLD.group_id) IS DISTINCT FROM (NEW.name, NEW.owner_id, NEW.group_id))
EXECUTE FUNCTION workflows_definition_changed();
"""
UNCHANGED = """
DROP TRIGGER directory_updated ON workflows_workflowdefinition;
DROP FUNCTION workflows_definition_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0003_compiled_checks"), ("accounts", "0002_functions")]

    operations = [migrations.RunSQL(CHANGED, UNCHANGED)]
