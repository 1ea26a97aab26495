"""People of an organisation and what describes them. The columns here are the variables of assignee rules."""

import re
from typing import Any
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from accounts.models.organisations import validate_time_zone
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned

# The last wall behind ``services.people``. Changes of one organisation's managers wait for each other, so that two of them
# cannot close a circle together; after the statement, so that people who are made at once may report to each other.
NO_CIRCLE = pgtrigger.Trigger(
    name="manager_no_circle",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("manager_id"),  # type: ignore[no-untyped-call]  # untyped
    condition=pgtrigger.Q(new__manager__isnull=False),
    func="""
        PERFORM pg_advisory_xact_lock(hashtextextended('managers:' || NEW.organisation_id, 3));
        IF EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT NEW.manager_id
                UNION SELECT m.manager_id FROM accounts_membership m JOIN above ON m.id = above.id
            )
            SELECT FROM above WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'manager_no_circle' USING ERRCODE = 'check_violation', CONSTRAINT = 'manager_no_circle';
        END IF;
        RETURN NEW;
    """,
)


ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def validate_attributes(attributes: Any) -> None:
    """Raises ValidationError unless ``attributes`` are plain values by name."""
    if not isinstance(attributes, dict) or len(attributes) > 50:
        raise ValidationError('Give at most 50 values by name, such as {"leave_balance": 12}.')
    for name, value in attributes.items():
        if not ATTRIBUTE.fullmatch(name):
            raise ValidationError(f"{name!r} is no name: use lower-case letters, digits and underscores.")
        if not isinstance(value, str | int | float | bool | None) or len(str(value)) > 500:
            raise ValidationError(f"{name}: give one text, number or true/false.")


def validate_codes(codes: Any) -> None:
    """Raises ValidationError unless ``codes`` is a list of texts; which codes there are, the policies know."""
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise ValidationError("Give a list of permission codes.")


class Department(OrganisationOwned):
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40)
    head = OrganisationForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "code"), name="department_code"),)

    def __str__(self) -> str:
        return self.name


class Designation(OrganisationOwned):
    """A job title; ``level`` orders titles, higher is more senior."""

    name = models.CharField(max_length=120)
    level = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="designation_name"),)

    def __str__(self) -> str:
        return self.name


class Place(OrganisationOwned):
    city = models.CharField(max_length=120)
    state = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2, such as IN.")
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    calendar = OrganisationForeignKey(
        "accounts.WorkingCalendar",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="places",
        verbose_name="working calendar",
        help_text="Counts for the tasks of the people here; without one the organisation's does.",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "country", "state", "city"), name="place_address"),
        )

    def __str__(self) -> str:
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


class Role(OrganisationOwned):
    """A named set of permission codes, such as ``task.take_over``; each app declares its codes in ``policies``."""

    name = models.CharField(max_length=120)
    permissions = models.JSONField(default=list, blank=True, validators=[validate_codes])

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="role_name"),)

    def __str__(self) -> str:
        return self.name


class Membership(OrganisationOwned):
    """A person in one organisation: the actor of every service, the requester and the assignee.

    ``email`` is where this organisation writes to, by default the login's. ``attributes`` are further columns that the
    organisation keeps, such as ``{"leave_balance": 12}``.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    department = OrganisationForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="members"
    )
    designation = OrganisationForeignKey(
        Designation, on_delete=models.PROTECT, null=True, blank=True, related_name="members"
    )
    place = OrganisationForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    manager = OrganisationForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    is_active = models.BooleanField(default=True)
    # Changed when the person comes back; tokens and sessions of this membership made before stay dead.
    credentials_at = models.DateTimeField(null=True, editable=False)
    is_tenant_admin = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict, blank=True, validators=[validate_attributes])

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        triggers = (NO_CIRCLE,)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "user"), name="membership_user"),
            models.UniqueConstraint(fields=("organisation", "email"), name="membership_email"),
            models.CheckConstraint(condition=~models.Q(manager=models.F("id")), name="membership_not_own_manager"),
        )
        indexes = (
            # Candidates of "department is ..." and the admin's list.
            models.Index(fields=("organisation", "department", "name"), name="membership_department"),
            # The reports of a manager.
            models.Index(fields=("organisation", "manager"), name="membership_manager"),
            # Pickers sort by name.
            models.Index(fields=("organisation", "name"), name="membership_name"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def actor_kind(self) -> str:
        return "person"

    @property
    def actor_id(self) -> UUID:
        return self.id

    @property
    def actor_label(self) -> str:
        return self.name


class ActingAdmin(Membership):
    """A platform admin inside an organisation that they picked, giving a reason; never stored. See ``services.platform``."""

    may_write: bool = False

    class Meta:
        proxy = True

    @property
    def actor_kind(self) -> str:
        return "platform_admin"


class MembershipRole(OrganisationOwned):
    membership = OrganisationForeignKey(Membership, on_delete=models.CASCADE, related_name="role_links")
    role = OrganisationForeignKey(Role, on_delete=models.CASCADE, related_name="member_links")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "membership", "role"), name="membershiprole_once"),
        )

    def __str__(self) -> str:
        return f"{self.membership_id} as {self.role_id}"
