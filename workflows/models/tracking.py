"""The life of any entity as tables: which states there are, which may follow which, where an entity is and how it came there.

The states are rows, so an organisation can add its own; the stepper, the filters and the API read them from here. Proposed
flows are the first user. An entity is named by its kind, such as ``flows.proposedflow``, and its id; no foreign key ties it.
"""

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from workflows.models.states import one_of

is_state_code = RegexValidator(
    r"\A[A-Z][A-Z0-9_]{0,39}\Z", "Use upper-case letters, digits and underscores, at most 40."
)

# The last wall behind ``services.tracking``: entries are numbered 1, 2, 3 without a gap. A row trigger sees the rows that its own
# statement has added before, so several steps may be written at once, in order.
GAP_FREE = pgtrigger.Trigger(
    name="gap_free",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NEW.seq <> 1 + coalesce((
            SELECT max(t.seq) FROM workflows_entitytransition t
            WHERE t.organisation_id = NEW.organisation_id AND t.workflow_id = NEW.workflow_id
              AND t.entity_kind = NEW.entity_kind AND t.entity_id = NEW.entity_id
        ), 0) THEN
            RAISE EXCEPTION 'entitytransition_gap_free'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entitytransition_gap_free';
        END IF;
        RETURN NEW;
    """,
)


class EntityWorkflow(OrganisationOwned):
    """One kind of life, such as the one of proposed flows; code names it in programs, ``name`` for people."""

    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000, blank=True)
    subject_kind = models.CharField(max_length=80)

    class Meta:
        verbose_name = "tracking workflow"
        constraints = (models.UniqueConstraint(fields=("organisation", "code"), name="entityworkflow_code"),)

    def __str__(self) -> str:
        return self.name


class Tone(models.TextChoices):
    """How a state is drawn; its name says it in words."""

    PLAIN = "plain", "Plain"
    ACCENT = "accent", "Under way"
    GOOD = "good", "Good"
    WARN = "warn", "Needs attention"
    BAD = "bad", "Bad"


class EntityStateKind(OrganisationOwned):
    """The state metadata: one state of a life. ``position`` orders them; at the end nobody is asked any more.

    What the product brings (``is_builtin``) may be called otherwise and moved, not taken away.
    """

    workflow = OrganisationForeignKey(EntityWorkflow, on_delete=models.PROTECT, related_name="state_kinds")
    code = models.CharField(max_length=40, validators=[is_state_code])
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    is_start = models.BooleanField(default=False)
    is_end = models.BooleanField(default=False)
    tone = models.CharField(max_length=10, choices=Tone.choices, default=Tone.PLAIN)
    is_builtin = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "state"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "workflow", "code"), name="entitystatekind_code"),
            models.UniqueConstraint(
                fields=("organisation", "workflow"), condition=models.Q(is_start=True), name="entitystatekind_one_start"
            ),
            models.CheckConstraint(
                condition=~models.Q(is_start=True, is_end=True), name="entitystatekind_start_is_no_end"
            ),
            one_of("entitystatekind_tone", "tone", Tone.values),
        )

    def __str__(self) -> str:
        return self.name


class EntityStateNext(OrganisationOwned):
    """``to_state`` may follow ``from_state``."""

    workflow = OrganisationForeignKey(EntityWorkflow, on_delete=models.CASCADE, related_name="state_nexts")
    from_state = OrganisationForeignKey(EntityStateKind, on_delete=models.CASCADE, related_name="nexts")
    to_state = OrganisationForeignKey(EntityStateKind, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "allowed next state"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "workflow", "from_state", "to_state"), name="entitystatenext_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(from_state=models.F("to_state")), name="entitystatenext_moves_on"
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_state_id} to {self.to_state_id}"


class EntityState(OrganisationRow):
    """Where one entity is in one life. ``version`` is the number of its newest transition."""

    workflow = OrganisationForeignKey(EntityWorkflow, on_delete=models.PROTECT, related_name="+")
    entity_kind = models.CharField(max_length=80)
    entity_id = models.UUIDField()
    state = OrganisationForeignKey(EntityStateKind, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(max_length=4_000, blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        verbose_name = "entity's state"
        verbose_name_plural = "states of entities"
        constraints = (
            # An entity is in one state of a life.
            models.UniqueConstraint(
                fields=("organisation", "workflow", "entity_kind", "entity_id"), name="entitystate_one"
            ),
        )
        indexes = (
            # How many entities are in a state, and whether a state may be taken away.
            models.Index(fields=("organisation", "state"), name="entitystate_state"),
        )

    def __str__(self) -> str:
        return f"{self.entity_kind} {self.entity_id}"


class EntityTransition(OrganisationRow):
    """One step of one entity, numbered without gaps and append-only. States are codes as they were called then.

    ``on_behalf_of`` is in whose place it was done, where somebody stood in.
    """

    workflow = OrganisationForeignKey(EntityWorkflow, on_delete=models.PROTECT, related_name="+")
    entity_kind = models.CharField(max_length=80)
    entity_id = models.UUIDField()
    seq = models.PositiveIntegerField()
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40)
    reason = models.TextField(max_length=4_000, blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    on_behalf_of_id = models.UUIDField(null=True)
    on_behalf_of_name = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = "transition"
        constraints = (
            # The history of an entity in order, too.
            models.UniqueConstraint(
                fields=("organisation", "workflow", "entity_kind", "entity_id", "seq"), name="entitytransition_seq"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            GAP_FREE,
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.from_state} to {self.to_state}"


class EntityResult(OrganisationRow):
    """What came of an entity: a row that it made or changed."""

    workflow = OrganisationForeignKey(EntityWorkflow, on_delete=models.PROTECT, related_name="+")
    entity_kind = models.CharField(max_length=80)
    entity_id = models.UUIDField()
    result_kind = models.CharField(max_length=80)
    result_id = models.UUIDField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        verbose_name = "result"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "workflow", "entity_kind", "entity_id", "result_kind", "result_id"),
                name="entityresult_once",
            ),
        )
        indexes = (
            # Which entities touched a row.
            models.Index(fields=("organisation", "result_id"), name="entityresult_of"),
        )

    def __str__(self) -> str:
        return f"{self.result_kind} {self.result_id}"
