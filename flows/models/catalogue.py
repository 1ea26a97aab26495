"""The catalogue: ends, data types, logical and physical flows, and who is involved with what.

Flows and specifications change by proposals only, except for the loader and the audited break-glass right; see
``flows.policies``.
"""

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from accounts.models import Department, Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from workflows.models.states import one_of

is_code = RegexValidator(r"\A[A-Za-z][A-Za-z0-9_]{0,63}\Z", "Use letters, digits and underscores, at most 64.")

# The last wall behind the administration, as for managers of people: a tree has no circle.
NO_CIRCLE = pgtrigger.Trigger(
    name="parent_no_circle",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),  # type: ignore[no-untyped-call]  # untyped
    condition=pgtrigger.Q(new__parent__isnull=False),
    func="""
        PERFORM pg_advisory_xact_lock(hashtextextended('datatypes:' || NEW.organisation_id, 3));
        IF EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT NEW.parent_id
                UNION SELECT t.parent_id FROM flows_datatype t JOIN above ON t.id = above.id
            )
            SELECT FROM above WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'parent_no_circle' USING ERRCODE = 'check_violation', CONSTRAINT = 'parent_no_circle';
        END IF;
        RETURN NEW;
    """,
)


def lower_case(field: str) -> models.GeneratedField:
    """The text in lower case, kept by the database, in the order of its bytes: a range of it is a prefix, and comparing is
    leakproof, which ``LIKE`` is not, so that the index is used under row-level security too."""
    return models.GeneratedField(
        expression=Lower(field), output_field=models.TextField(db_collation="C"), db_persist=True, editable=False
    )


class EntityKind(models.TextChoices):
    APPLICATION = "application", "Application"
    ACTOR = "actor", "Actor"
    END_USER_APPLICATION = "end_user_application", "End-user application"


class EntityLife(models.TextChoices):
    ACTIVE = "ACTIVE", "Active"
    PENDING = "PENDING", "Pending"
    RETIRED = "RETIRED", "Retired"


class FlowLife(models.TextChoices):
    ACTIVE = "ACTIVE", "Active"
    PENDING = "PENDING", "Pending"
    REMOVED = "REMOVED", "Removed"


class CatalogueEntity(OrganisationOwned):
    """What can be an end of a flow. One table for all kinds, so that the ends of a flow are real keys.

    ``is_external`` is for actors: outside of the company. ``name_key`` and ``external_key`` are for finding by the first
    letters.
    """

    kind = models.CharField(max_length=30, choices=EntityKind.choices)
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=255)
    description = models.TextField(max_length=4_000, blank=True)
    lifecycle_status = models.CharField(max_length=10, choices=EntityLife.choices, default=EntityLife.ACTIVE)
    is_external = models.BooleanField(default=False)
    department = OrganisationForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="catalogue_entities"
    )
    name_key = lower_case("name")
    external_key = lower_case("external_id")

    class Meta:
        verbose_name = "application or actor"
        verbose_name_plural = "applications and actors"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "external_id"), name="catalogueentity_external_id"),
            one_of("catalogueentity_kind", "kind", EntityKind.values),
            one_of("catalogueentity_life", "lifecycle_status", EntityLife.values),
            models.CheckConstraint(
                condition=models.Q(is_external=False) | models.Q(kind="actor"),
                name="catalogueentity_external_actor",
                violation_error_message="Only an actor can be external.",
            ),
        )
        indexes = (
            # The type-ahead and the list by name, of all kinds and of one.
            models.Index(fields=("organisation", "name_key", "id"), name="catalogueentity_name"),
            models.Index(fields=("organisation", "kind", "name_key", "id"), name="catalogueentity_kind_name"),
            # The type-ahead by the first letters of the external id.
            models.Index(fields=("organisation", "external_key"), name="catalogueentity_key"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        return self.lifecycle_status == EntityLife.RETIRED


class DataType(OrganisationOwned):
    """What is carried. A tree; only ``concrete`` types can be chosen, ``deprecated`` ones no longer.

    The one unknown type stands for a flow of which nobody has said what it carries.
    """

    code = models.CharField(max_length=64, validators=[is_code])
    name = models.CharField(max_length=255)
    description = models.TextField(max_length=4_000, blank=True)
    parent = OrganisationForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    concrete = models.BooleanField(default=True)
    deprecated = models.BooleanField(default=False)
    is_unknown = models.BooleanField(default=False)

    class Meta:
        verbose_name = "data type"
        triggers = (NO_CIRCLE,)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "code"), name="datatype_code"),
            models.UniqueConstraint(
                fields=("organisation",), condition=models.Q(is_unknown=True), name="datatype_one_unknown"
            ),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="datatype_not_own_parent"),
        )

    def __str__(self) -> str:
        return self.name


class EnumKind(models.TextChoices):
    TRANSPORT = "transport", "Transport"
    FREQUENCY = "frequency", "Frequency"
    CRITICALITY = "criticality", "Criticality"
    FORMAT = "format", "Format"


class EnumValue(OrganisationOwned):
    """One value that an attribute of a flow may have. An inactive one stays where it is used and is offered no more."""

    kind = models.CharField(max_length=20, choices=EnumKind.choices)
    code = models.CharField(max_length=64, validators=[is_code])
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "attribute value"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "kind", "code"), name="enumvalue_code"),
            one_of("enumvalue_kind", "kind", EnumKind.values),
        )

    def __str__(self) -> str:
        return self.name


class LogicalFlow(OrganisationOwned):
    """Something goes from source to target. Live: not removed. ``author`` is the maker of the proposal that made it."""

    source = OrganisationForeignKey(CatalogueEntity, on_delete=models.PROTECT, related_name="flows_out")
    target = OrganisationForeignKey(CatalogueEntity, on_delete=models.PROTECT, related_name="flows_in")
    external_id = models.CharField(max_length=120, blank=True)
    lifecycle_status = models.CharField(max_length=10, choices=FlowLife.choices, default=FlowLife.ACTIVE)
    is_removed = models.BooleanField(default=False)
    is_readonly = models.BooleanField(default=False)
    proposal = OrganisationForeignKey(
        "flows.ProposedFlow", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "logical flow"
        constraints = (
            # Two ends have one logical flow, removed or not. Also: what goes out of an entity.
            models.UniqueConstraint(fields=("organisation", "source", "target"), name="logicalflow_ends"),
            models.UniqueConstraint(
                fields=("organisation", "external_id"),
                condition=~models.Q(external_id=""),
                name="logicalflow_external_id",
            ),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="logicalflow_no_loop"),
            one_of("logicalflow_life", "lifecycle_status", FlowLife.values),
            models.CheckConstraint(
                condition=models.Q(is_removed=False) | models.Q(lifecycle_status="REMOVED"), name="logicalflow_removed"
            ),
        )
        indexes = (
            # What comes into an entity.
            models.Index(fields=("organisation", "target", "source"), name="logicalflow_target"),
        )

    def __str__(self) -> str:
        return self.external_id or f"logical flow {self.pk}"

    @property
    def is_live(self) -> bool:
        return not self.is_removed and self.lifecycle_status != FlowLife.REMOVED


class PhysicalSpecification(OrganisationOwned):
    """What is delivered: one layout, owned by one end; several physical flows may share it. Data types hang here."""

    owner = OrganisationForeignKey(CatalogueEntity, on_delete=models.PROTECT, related_name="specifications")
    external_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=64)
    description = models.TextField(max_length=4_000, blank=True)
    is_removed = models.BooleanField(default=False)
    is_readonly = models.BooleanField(default=False)

    class Meta:
        verbose_name = "physical specification"
        indexes = (
            # The specifications of an entity, to choose one when proposing.
            models.Index(fields=("organisation", "owner", "name"), name="physicalspecification_owner"),
        )

    def __str__(self) -> str:
        return self.name


class PhysicalFlow(OrganisationOwned):
    """How a logical flow is carried out: a specification, delivered by a transport at a frequency.

    ``basis_offset`` is in days relative to T; ``transport``, ``frequency`` and ``criticality`` are codes of ``EnumValue``.
    """

    logical_flow = OrganisationForeignKey(LogicalFlow, on_delete=models.PROTECT, related_name="physical_flows")
    specification = OrganisationForeignKey(
        PhysicalSpecification, on_delete=models.PROTECT, related_name="physical_flows"
    )
    name = models.CharField(max_length=255, blank=True)
    basis_offset = models.IntegerField(default=0)
    frequency = models.CharField(max_length=64)
    transport = models.CharField(max_length=64)
    criticality = models.CharField(max_length=64, default="MEDIUM")
    description = models.TextField(max_length=4_000, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    lifecycle_status = models.CharField(max_length=10, choices=FlowLife.choices, default=FlowLife.ACTIVE)
    is_removed = models.BooleanField(default=False)
    is_readonly = models.BooleanField(default=False)
    proposal = OrganisationForeignKey(
        "flows.ProposedFlow", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name_key = lower_case("name")
    external_key = lower_case("external_id")

    class Meta:
        verbose_name = "physical flow"
        constraints = (
            # The same delivery twice is a mistake; a removed one may come back as a new row.
            models.UniqueConstraint(
                fields=(
                    *("organisation", "logical_flow", "specification"),
                    *("name", "basis_offset", "frequency", "transport"),
                ),
                condition=models.Q(is_removed=False),
                nulls_distinct=False,
                name="physicalflow_once",
            ),
            one_of("physicalflow_life", "lifecycle_status", FlowLife.values),
            models.CheckConstraint(
                condition=models.Q(is_removed=False) | models.Q(lifecycle_status="REMOVED"), name="physicalflow_removed"
            ),
        )
        indexes = (
            # The physical flows of a logical flow; logical flows without any.
            models.Index(fields=("organisation", "logical_flow"), name="physicalflow_logical"),
            # Search by the first letters.
            models.Index(fields=("organisation", "name_key"), name="physicalflow_name"),
            models.Index(fields=("organisation", "external_key"), name="physicalflow_key"),
            # Who shares a specification.
            models.Index(fields=("organisation", "specification"), name="physicalflow_specification"),
        )

    def __str__(self) -> str:
        return self.name or self.external_id or f"physical flow {self.pk}"

    @property
    def is_live(self) -> bool:
        return not self.is_removed and self.lifecycle_status != FlowLife.REMOVED


class SpecificationDataType(OrganisationOwned):
    """A specification carries a data type, and so does every physical flow that uses it."""

    specification = OrganisationForeignKey(PhysicalSpecification, on_delete=models.CASCADE, related_name="type_links")
    data_type = OrganisationForeignKey(DataType, on_delete=models.PROTECT, related_name="specification_links")
    is_readonly = models.BooleanField(default=False)

    class Meta:
        verbose_name = "data type of a specification"
        verbose_name_plural = "data types of specifications"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "specification", "data_type"), name="specificationdatatype_once"
            ),
        )
        indexes = (
            # What carries a data type.
            models.Index(fields=("organisation", "data_type"), name="specificationdatatype_type"),
        )

    def __str__(self) -> str:
        return f"{self.specification_id}: {self.data_type_id}"


class LogicalFlowDataType(OrganisationOwned):
    """A logical flow carries a data type: as a rule, the union over its live physical flows."""

    logical_flow = OrganisationForeignKey(LogicalFlow, on_delete=models.CASCADE, related_name="type_links")
    data_type = OrganisationForeignKey(DataType, on_delete=models.PROTECT, related_name="logical_links")
    rating = models.CharField(max_length=40, default="NO_OPINION")
    is_readonly = models.BooleanField(default=False)

    class Meta:
        verbose_name = "data type of a logical flow"
        verbose_name_plural = "data types of logical flows"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "logical_flow", "data_type"), name="logicalflowdatatype_once"
            ),
        )
        indexes = (
            # What carries a data type.
            models.Index(fields=("organisation", "data_type"), name="logicalflowdatatype_type"),
        )

    def __str__(self) -> str:
        return f"{self.logical_flow_id}: {self.data_type_id}"


class InvolvementKind(OrganisationOwned):
    """In which way somebody is involved, such as "Application owner". Which kinds may approve, the sides say."""

    code = models.CharField(max_length=64, validators=[is_code])
    name = models.CharField(max_length=120)

    class Meta:
        verbose_name = "involvement kind"
        constraints = (models.UniqueConstraint(fields=("organisation", "code"), name="involvementkind_code"),)

    def __str__(self) -> str:
        return self.name


class Involvement(OrganisationOwned):
    """A person is involved with an entity."""

    entity = OrganisationForeignKey(CatalogueEntity, on_delete=models.CASCADE, related_name="involvements")
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="involvements")
    kind = OrganisationForeignKey(InvolvementKind, on_delete=models.PROTECT, related_name="involvements")

    class Meta:
        constraints = (
            # The people of an entity.
            models.UniqueConstraint(fields=("organisation", "entity", "member", "kind"), name="involvement_once"),
        )
        indexes = (
            # What somebody must approve.
            models.Index(fields=("organisation", "member", "kind", "entity"), name="involvement_member"),
        )

    def __str__(self) -> str:
        return f"{self.member} for {self.entity}"


class DataTypeOwner(OrganisationOwned):
    """A person answers for a data type: may approve where a side asks the owners of what is carried."""

    data_type = OrganisationForeignKey(DataType, on_delete=models.CASCADE, related_name="owners")
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="owned_data_types")

    class Meta:
        verbose_name = "owner of a data type"
        verbose_name_plural = "owners of data types"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "data_type", "member"), name="datatypeowner_once"),
        )
        indexes = (
            # What somebody must approve.
            models.Index(fields=("organisation", "member", "data_type"), name="datatypeowner_member"),
        )

    def __str__(self) -> str:
        return f"{self.member_id} for {self.data_type_id}"
