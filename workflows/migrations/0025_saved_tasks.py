"""Saved tasks in workflows: a key that documents name, what workflows may say anew, and where a chained step stands."""

from django.db import migrations, models

# Row-level security holds for the owner too; for this one statement it may see the rows of every organisation. What made no
# sense in a saved task (where to go on failure, where to keep the answer) leaves it; each piece gets a key.
FILL = """
ALTER TABLE workflows_configuredtask NO FORCE ROW LEVEL SECURITY;
UPDATE workflows_configuredtask t SET
    key = named.key || CASE WHEN named.nth > 1 THEN '_' || named.nth ELSE '' END,
    nodes = (
        SELECT jsonb_agg(jsonb_build_object('key', 'link_' || n) || (node - 'on_failure' - 'save_as') ORDER BY n)
        FROM jsonb_array_elements(t.nodes) WITH ORDINALITY AS one (node, n)
    )
FROM (
    SELECT id, key, row_number() OVER (PARTITION BY organisation_id, key ORDER BY id) AS nth FROM (
        SELECT id, organisation_id,
            'task_' || left(trim(both '_' FROM regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g')), 40) AS key
        FROM workflows_configuredtask
    ) plain
) named
WHERE named.id = t.id;
ALTER TABLE workflows_configuredtask FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0024_saved_conditions")]

    operations = [
        migrations.AlterModelOptions(name="configuredtask", options={"verbose_name": "saved task"}),
        migrations.AddField(
            "configuredtask", "edition", models.PositiveIntegerField(db_default=1, default=1, editable=False)
        ),
        migrations.AddField("configuredtask", "parameters", models.JSONField(blank=True, db_default=[], default=list)),
        migrations.AddField(
            "configuredtask",
            "key",
            models.CharField(default="", editable=False, max_length=60),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "configuredtask", models.UniqueConstraint(fields=("organisation", "key"), name="configuredtask_key")
        ),
        migrations.AddField("machinestep", "link", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.AddField("taskattempt", "link", models.PositiveSmallIntegerField(db_default=0, default=0)),
    ]
