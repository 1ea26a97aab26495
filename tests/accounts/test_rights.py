"""Rights that come back with a restored dump are reported, and taken away again by the next migrate."""

from django.core.management import call_command
from django.db import connection, connections

from accounts.tenancy.postgresql.rights import append_only_tables
from config.checks import check_append_only
from config.embedded.prepare import migrations_waiting


def test_rights_that_came_back_are_reported_and_taken_away(committed_db: None) -> None:
    assert check_append_only(databases=["default"]) == []
    role = connection.settings_dict["USER"]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"GRANT UPDATE, DELETE ON accounts_auditentry, workflows_draftoperation TO {role}")
        cursor.execute("GRANT UPDATE ON accounts_auditseal TO PUBLIC")
    told = [message.msg for message in check_append_only(databases=["default"])]
    assert told == [
        f"{role} may DELETE rows of accounts_auditentry, which is append-only",
        f"{role} may UPDATE rows of accounts_auditentry, which is append-only",
        "PUBLIC may UPDATE rows of accounts_auditseal, which is append-only",
        f"{role} may UPDATE rows of workflows_draftoperation, which is append-only",
    ]
    assert migrations_waiting()
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    assert not migrations_waiting()
    assert check_append_only(databases=["default"]) == []


def test_only_what_is_refused_for_every_row_is_taken_away() -> None:
    tables = append_only_tables()
    assert tables["workflows_draftoperation"] == {"UPDATE"}
    assert tables["flows_proposedflow"] == {"DELETE"}
    assert "workflows_workflowversion" not in tables
    assert "accounts_membership" not in tables
