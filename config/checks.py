"""What can be configured wrongly and would be found out too late. `manage.py check --deploy --database default` runs all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connections

from accounts.tenancy.postgresql.rights import excess_rights

SHORTEST_KEY = 50


def register_all() -> None:
    """Called once when the apps are ready."""
    register(check_demo, Tags.security, deploy=True)
    register(check_secrets, Tags.security, deploy=True)
    register(check_services, deploy=True)
    register(check_database_role, Tags.database)
    register(check_append_only, Tags.database)


def check_demo(**_: Any) -> list[CheckMessage]:
    """The demo shows its password and everybody's mails."""
    if settings.DEMO:
        return [Error("COUNTERSIGN_DEMO is on: passwords are printed and mails are public", id="config.E001")]
    return []


def check_secrets(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        found.append(Error(f"SECRET_KEY has fewer than {SHORTEST_KEY} characters", id="config.E002"))
    if not settings.HTTPS:
        found.append(checks.Warning("COUNTERSIGN_HTTPS is off: cookies travel in the clear", id="config.W001"))
    return found


def check_services(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.CELERY_BROKER_URL.startswith("memory://"):
        found.append(Error("CELERY_BROKER_URL is not set: web and worker would not meet", id="config.E003"))
    if settings.DOMAIN == "localhost":
        found.append(checks.Warning("COUNTERSIGN_DOMAIN is localhost", id="config.W002"))
    if not settings.S3_BUCKET:
        hint = "Set S3_BUCKET as soon as there is more than one machine."
        found.append(checks.Warning("Files are kept on this machine", hint=hint, id="config.W003"))
    return found


def check_database_role(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The application must not be able to step over row-level security."""
    if not databases or "default" not in databases:
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolsuper, rolbypassrls,"
                " EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                "         WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p') AND n.nspname = 'public')"
                " FROM pg_roles r WHERE rolname = current_user"
            )
            name, superuser, bypasses, owner = cursor.fetchone() or ("", False, False, False)
    except OperationalError:
        return []
    wrong = [text for text, is_so in _wrongs(superuser, bypasses, owner) if is_so]
    hint = "DATABASE_URL is for the role countersign_app of deploy/roles.sql, DATABASE_OWNER_URL for the owner's."
    return [Error(f"The application's database role {name} {text}", hint=hint, id="config.E004") for text in wrong]


def check_append_only(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A restored dump may bring back the rights that every table begins with."""
    if not databases or "default" not in databases:
        return []
    try:
        found = excess_rights("default")
    except OperationalError:
        return []
    hint = "Run `manage.py migrate --database owner`, which takes this right away."
    return [
        Error(f"{role} may {right} rows of {table}, which is append-only", hint=hint, id="config.E005")
        for table, role, right in found
    ]


def _wrongs(superuser: bool, bypasses: bool, owner: bool) -> list[tuple[str, bool]]:
    return [("is a superuser", superuser), ("bypasses row-level security", bypasses), ("owns the tables", owner)]
