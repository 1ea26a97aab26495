"""What must hold for every tenant table, whoever adds it: read from PostgreSQL's own catalogue, as the application's role."""

from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection, models

from accounts.tenancy.fields import OrganisationForeignKey

OWNED = "SELECT attrelid FROM pg_attribute WHERE attname = 'organisation_id' AND NOT attisdropped"


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@pytest.mark.django_db
def test_every_tenant_table_is_walled() -> None:
    tables = rows(
        f"SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, EXISTS (SELECT FROM pg_policy p WHERE"
        f" p.polrelid = c.oid AND p.polname = 'organisation' AND p.polwithcheck IS NOT NULL AND p.polqual IS NOT NULL)"
        f" FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.oid IN ({OWNED})"
    )
    assert len(tables) > 10
    assert [name for name, forced, policy in tables if not (forced and policy)] == []


@pytest.mark.django_db
def test_foreign_keys_between_tenant_tables_are_composite() -> None:
    single = rows(
        f"SELECT conname FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) = 1"
        f" AND conrelid IN ({OWNED}) AND confrelid IN ({OWNED})"
    )
    assert single == []
    fields = [f for m in apps.get_models() for f in m._meta.local_fields if isinstance(f, OrganisationForeignKey)]
    declared = sum(not field.copied_from for field in fields)
    composite = rows("SELECT conname FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) >= 2")
    assert len(composite) == declared > 5


@pytest.mark.django_db
def test_every_row_is_tied_to_its_organisation() -> None:
    """By a key to it, by a key to a row of it, or, where every write of the product adds a row, by the wall alone."""
    loose = rows(
        f"SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.oid IN ({OWNED}) AND NOT EXISTS ("
        "SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'"
        " AND (f.confrelid = 'accounts_organisation'::regclass OR (cardinality(f.conkey) >= 2 AND ("
        "SELECT bool_and(k.attnotnull) FROM pg_attribute k WHERE k.attrelid = c.oid AND k.attnum = ANY (f.conkey)))))"
    )
    assert {name for (name,) in loose} == {"accounts_auditentry", "notifications_outboxevent"}


@pytest.mark.django_db
def test_unique_indexes_of_tenant_tables_start_with_the_organisation() -> None:
    loose = rows(
        f"SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a"
        f" ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        f" WHERE i.indisunique AND NOT i.indisprimary AND i.indrelid IN ({OWNED}) AND a.attname <> 'organisation_id'"
    )
    assert loose == []


@pytest.mark.django_db
def test_views_run_with_the_rights_of_their_reader() -> None:
    views = rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
        " AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)"
    )
    assert views == []


@pytest.mark.django_db
def test_the_application_role_is_weak() -> None:
    role = rows("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    assert role == [(False, False, False)]
    assert rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user") == []
    excess = rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND (has_table_privilege(oid, 'TRUNCATE') OR has_table_privilege(oid, 'REFERENCES')"
        " OR has_table_privilege(oid, 'TRIGGER'))"
    )
    assert excess == []


@pytest.mark.django_db
def test_what_is_append_only_cannot_be_rewritten_by_the_application() -> None:
    """A trigger that refuses an operation on every row says that the application does not need the right to it."""
    refused = {
        (model._meta.db_table, operation)
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, pgtrigger.Protect) and trigger.condition is None
        for operation in str(trigger.operation).split(" OR ")
    }
    assert {("accounts_auditentry", "UPDATE"), ("accounts_auditseal", "DELETE"), ("flows_vote", "UPDATE")} < refused
    held = rows(
        "SELECT c.relname, p FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND (has_table_privilege(c.oid, p) OR p <> 'DELETE' AND has_any_column_privilege(c.oid, p))"
    )
    assert sorted(refused & set(held)) == []
    assert {(table, right) for table, _ in refused for right in ("SELECT", "INSERT")} <= set(held)


def test_models_of_tenants_refer_to_each_other_by_the_composite_key() -> None:
    plain = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if any(f.name == "organisation" for f in model._meta.local_fields)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and not isinstance(field, OrganisationForeignKey)
        and any(f.name == "organisation" for f in field.remote_field.model._meta.local_fields)
    ]
    assert plain == []
