from django.db import migrations

# Tables made before the schema editor left these keys out: a row that must point to another row of the organisation needs
# no key to the organisation beside it.
DROP = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT c.conrelid::regclass AS place, c.conname FROM pg_constraint c
        WHERE c.contype = 'f' AND c.confrelid = 'public.accounts_organisation'::regclass AND EXISTS (
            SELECT 1 FROM pg_constraint o
            JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[2] AND a.attnotnull
            WHERE o.conrelid = c.conrelid AND o.contype = 'f' AND cardinality(o.conkey) = 2 AND o.conname LIKE '%%_owned_fk'
        )
    LOOP
        EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', one.place, one.conname);
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_initial"),
        ("workflows", "0002_sla_due"),
        ("accounts", "0004_directory_triggers"),
        ("forms_builder", "0001_initial"),
        ("notifications", "0002_pending"),
    ]

    operations = [migrations.RunSQL(DROP.replace("%%", "%"), migrations.RunSQL.noop)]
