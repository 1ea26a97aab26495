"""Who acts, in which organisation, with which right."""

from accounts.audit.models import AuditEntry, AuditSeal
from accounts.models.absences import Absence
from accounts.models.calendars import Holiday, WorkingCalendar
from accounts.models.directory import DirectoryStamp
from accounts.models.grants import ObjectGrant
from accounts.models.organisations import Organisation
from accounts.models.people import ActingAdmin, Department, Designation, Membership, MembershipRole, Place, Role
from accounts.models.tokens import AccessLink, RefreshFamily
from accounts.models.users import User
from accounts.tenancy.idempotency_models import IdempotencyKey

__all__ = [
    "Absence",
    "AccessLink",
    "ActingAdmin",
    "AuditEntry",
    "AuditSeal",
    "Department",
    "Designation",
    "DirectoryStamp",
    "Holiday",
    "IdempotencyKey",
    "Membership",
    "MembershipRole",
    "ObjectGrant",
    "Organisation",
    "Place",
    "RefreshFamily",
    "Role",
    "User",
    "WorkingCalendar",
]
