"""Requests are found by their words through an index.

Row-level security lets an index answer only what cannot leak, and ``@@`` is not known not to. So a function of the owner asks
it, for the organisation of the scope alone, and tells nothing but ids.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# "simple": names of people and workflows are no language, words are only folded to lower case.
WORDS = """
CREATE FUNCTION workflows_words(organisation uuid, title text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN array_to_tsvector(ARRAY[organisation::text]) || to_tsvector('simple'::regconfig, title);
"""
# Of words that many of the newest requests have there is one row, and it is empty: to gather all of them takes longer than to read
# from the newest on until a page is full.
FIND = """
CREATE FUNCTION workflows_with_words(query tsquery, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
AS $$
    WITH newest AS (
        SELECT n.title FROM public.workflows_workflowrun n
        WHERE n.organisation_id = current_setting('app.organisation')::uuid
        ORDER BY n.started_at DESC LIMIT 500
    ), many AS (
        SELECT count(*) >= 5 AS have FROM newest WHERE to_tsvector('simple', newest.title) @@ query
    )
    SELECT NULL::uuid WHERE (SELECT have FROM many)
    UNION ALL (
        SELECT r.id FROM public.workflows_workflowrun r
        WHERE NOT (SELECT have FROM many) AND numnode(query) > 0
          AND public.workflows_words(r.organisation_id, r.title)
              @@ (quote_literal(current_setting('app.organisation'))::tsquery && query)
        LIMIT most
    )
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0008_woken'),
    ]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION workflows_words"),
        migrations.AddIndex(
            model_name='workflowrun',
            index=django.contrib.postgres.indexes.GinIndex(models.Func('organisation', 'title', function='workflows_words', output_field=django.contrib.postgres.search.SearchVectorField()), name='workflowrun_words'),
        ),
        migrations.RunSQL(FIND, "DROP FUNCTION workflows_with_words"),
    ]
