"""Who acts, in which organisation, with which right."""

from accounts.audit.models import AuditEntry, AuditSeal
from accounts.models.calendars import Holiday, WorkingCalendar
from accounts.models.organisations import Organisation
from accounts.models.people import Department, Designation, Membership, MembershipRole, Place, Role
from accounts.models.users import User
from accounts.tenancy.idempotency_models import IdempotencyKey

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "Department",
    "Designation",
    "Holiday",
    "IdempotencyKey",
    "Membership",
    "MembershipRole",
    "Organisation",
    "Place",
    "Role",
    "User",
    "WorkingCalendar",
]
