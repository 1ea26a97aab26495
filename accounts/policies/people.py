"""Rights over people, the organisation's directory, its grants and its audit."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import (
    Absence,
    AuditEntry,
    Department,
    Designation,
    Holiday,
    Membership,
    ObjectGrant,
    Place,
    Role,
    WorkingCalendar,
)
from accounts.policies.base import Policy, has_code, register

MANAGE_PEOPLE = "people.manage"
MANAGE_DIRECTORY = "directory.manage"
VIEW_AUDIT = "audit.view"


class AdministrationPolicy(Policy[Any]):
    """Rights of those who look after the organisation. ``administer`` is for tenant admins alone: roles, grants, admins."""

    noun = "organisation"
    actions: ClassVar[tuple[str, ...]] = ("manage", "administer")
    codes: ClassVar[dict[str, str]] = {}
    code: ClassVar[str] = ""

    def holders(self, action: str, obj: models.Model | None) -> Q:
        return {
            "manage": has_code(self.code) if self.code else Q(is_tenant_admin=True),
            "administer": Q(is_tenant_admin=True),
        }[action]


class PeoplePolicy(AdministrationPolicy):
    noun, code = "people", MANAGE_PEOPLE
    codes: ClassVar[dict[str, str]] = {MANAGE_PEOPLE: "Add, change and deactivate people"}


class AbsencePolicy(Policy[Absence]):
    """One's own absences are one's own to set and to end; who manages people may see to everybody's. Only the substitute
    answers."""

    noun = "absence"
    actions: ClassVar[tuple[str, ...]] = ("set", "end", "answer")

    def holders(self, action: str, obj: Absence | None) -> Q:
        owner = Q(id=obj.member_id) if obj is not None else Q(pk__in=())
        substitute = Q(id=obj.substitute_id) if obj is not None and obj.substitute_id else Q(pk__in=())
        own = owner | has_code(MANAGE_PEOPLE)
        return {"set": own, "end": own, "answer": substitute}[action]


class DirectoryPolicy(AdministrationPolicy):
    noun, code = "directory", MANAGE_DIRECTORY
    codes: ClassVar[dict[str, str]] = {MANAGE_DIRECTORY: "Keep departments, designations, places and calendars"}


class RolePolicy(AdministrationPolicy):
    noun = "role"


class GrantPolicy(AdministrationPolicy):
    noun = "grant"


class AuditPolicy(AdministrationPolicy):
    noun = "audit"
    actions: ClassVar[tuple[str, ...]] = ("view",)
    codes: ClassVar[dict[str, str]] = {VIEW_AUDIT: "Read the audit"}

    def holders(self, action: str, obj: models.Model | None) -> Q:
        return {"view": has_code(VIEW_AUDIT)}[action]


def register_policies() -> None:
    """Called once, from ``apps.py``."""
    register(Membership, PeoplePolicy())
    for model in (Department, Designation, Place, WorkingCalendar, Holiday):
        register(model, DirectoryPolicy())
    register(Absence, AbsencePolicy())
    register(Role, RolePolicy())
    register(ObjectGrant, GrantPolicy())
    register(AuditEntry, AuditPolicy())
