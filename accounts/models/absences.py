"""Being away, and who stands in."""

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models

from accounts.models.organisations import validate_time_zone
from accounts.models.people import Membership
from accounts.scopes import MOST_KEYS
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned

MAX_KEY = 80

# The last wall, in place of an exclusion constraint: those need an extension (btree_gist) that the embedded server has not,
# and cannot compare scopes. Changes of one organisation's absences wait for each other, so two of them are never judged alone.
# An absence for everything overlaps with any other one. Substitutes are not followed further, so a circle would be two
# people who each believe that the other one is there: it is refused whatever the scopes are.
NO_OVERLAP = pgtrigger.Trigger(
    name="absence_no_overlap",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__ended_at__isnull=True),
    func="""
        PERFORM pg_advisory_xact_lock(hashtextextended('absences:' || NEW.organisation_id, 5));
        IF EXISTS (
            SELECT FROM accounts_absence a
            WHERE a.organisation_id = NEW.organisation_id AND a.member_id = NEW.member_id AND a.id <> NEW.id
              AND a.ended_at IS NULL AND a.starts_at < NEW.ends_at AND NEW.starts_at < a.ends_at
              AND (a.scope = '[]' OR NEW.scope = '[]' OR EXISTS (
                  SELECT FROM jsonb_array_elements_text(NEW.scope) k WHERE a.scope ? k
              ))
        ) THEN
            RAISE EXCEPTION 'absence_no_overlap' USING ERRCODE = 'check_violation', CONSTRAINT = 'absence_no_overlap';
        END IF;
        IF NEW.substitute_id IS NOT NULL AND NEW.declined_at IS NULL AND EXISTS (
            WITH RECURSIVE onward(id) AS (
                SELECT NEW.substitute_id
                UNION SELECT a.substitute_id FROM accounts_absence a JOIN onward ON a.member_id = onward.id
                WHERE a.organisation_id = NEW.organisation_id AND a.ended_at IS NULL AND a.declined_at IS NULL
                  AND a.substitute_id IS NOT NULL AND a.starts_at < NEW.ends_at AND NEW.starts_at < a.ends_at
            )
            SELECT FROM onward WHERE id = NEW.member_id
        ) THEN
            RAISE EXCEPTION 'absence_no_circle' USING ERRCODE = 'check_violation', CONSTRAINT = 'absence_no_circle';
        END IF;
        RETURN NEW;
    """,
)


def validate_scope(keys: object) -> None:
    """Raises ValidationError unless ``keys`` is a list of texts; which keys there are, the apps say (``accounts.scopes``)."""
    if not isinstance(keys, list) or len(keys) > MOST_KEYS or not all(_is_key(key) for key in keys):
        raise ValidationError(f"Give a list of at most {MOST_KEYS} keys.")


def _is_key(key: object) -> bool:
    return isinstance(key, str) and 0 < len(key) <= MAX_KEY


class Absence(OrganisationOwned):
    """A person is out from one day to another, both inclusive, by the clock where they live (``time_zone``).

    It counts from ``starts_at`` until ``ends_at`` whatever is running, unless it was ended before (``ended_at``).
    ``scope`` are the subjects of work that it is about, all without any. A substitute stands in only once ``accepted_at`` is
    set. ``began_at`` and ``ended_at`` say that people were told.
    """

    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="absences")
    substitute = OrganisationForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="substitutions"
    )
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", help_text="The last day away.")
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    scope = models.JSONField(default=list, blank=True, validators=[validate_scope])
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        triggers = (NO_OVERLAP,)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on"), starts_at__lt=models.F("ends_at")),
                name="absence_forwards",
            ),
            models.CheckConstraint(condition=~models.Q(substitute=models.F("member")), name="absence_not_oneself"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, declined_at=None)
                | models.Q(substitute__isnull=False, accepted_at=None)
                | models.Q(substitute__isnull=False, declined_at=None),
                name="absence_one_answer",
            ),
        )
        indexes = (
            # How somebody is away, for pickers; the overlap.
            models.Index(
                fields=("organisation", "member", "starts_at"),
                condition=models.Q(ended_at__isnull=True),
                name="absence_member",
            ),
            # For whom somebody stands in, or is asked to.
            models.Index(
                fields=("organisation", "substitute", "starts_at"),
                condition=models.Q(ended_at__isnull=True, substitute__isnull=False),
                name="absence_substitute",
            ),
            # The sweep: absences that begin.
            models.Index(
                fields=("organisation", "starts_at"),
                condition=models.Q(ended_at__isnull=True, began_at__isnull=True),
                name="absence_begins",
            ),
            # The sweep: absences that end.
            models.Index(
                fields=("organisation", "ends_at"), condition=models.Q(ended_at__isnull=True), name="absence_ends"
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"

    @property
    def answer(self) -> str:
        """How the substitute stands to it: none, asked, accepted or declined."""
        if self.substitute_id is None:
            return "none"
        return "accepted" if self.accepted_at else "declined" if self.declined_at else "asked"
