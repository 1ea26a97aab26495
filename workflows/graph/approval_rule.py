"""The rule of an approval step in the document: how many of the panel must agree, and which ways their word takes."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from forms_builder.schema.parts import Part, RuleJson, StepKey, plain
from workflows.approval import Rule, RuleKind

GroupName = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(plain)]
MOST: int = 1_000


class ApprovalGroup(Part):
    """A part of the panel, by a rule about the candidate, and how many of it must agree."""

    name: GroupName
    rule: RuleJson
    count: int = Field(default=1, ge=1, le=MOST)


class ApprovalWeight(Part):
    """How much the word of some members counts; the first rule that names somebody holds, everybody else counts 1."""

    rule: RuleJson
    weight: int = Field(ge=1, le=MOST)


class Approval(Part):
    """How a panel decides. `approve` and `reject` are keys of two ways out of the step.

    `count` is of people for "count" and of points for "weights"; `groups` part the panel for "per_group", and say in which
    order a "sequence" is asked. `veto` names members who reject alone, with any rule.
    """

    rule: RuleKind
    count: int | None = Field(default=None, ge=1, le=MOST * MOST)
    percent: int | None = Field(default=None, ge=1, le=100)
    groups: tuple[ApprovalGroup, ...] = Field(default=(), max_length=20)
    weights: tuple[ApprovalWeight, ...] = Field(default=(), max_length=20)
    veto: RuleJson | None = None
    approve: StepKey
    reject: StepKey

    @model_validator(mode="after")
    def _says_what_its_rule_needs(self) -> Self:
        counted = self.rule in (RuleKind.COUNT, RuleKind.WEIGHTS)
        if counted is (self.count is None):
            raise ValueError("count is for the rules count and weights, which need it")
        if (self.rule is RuleKind.PERCENT) is (self.percent is None):
            raise ValueError("percent is for the rule percent, which needs it")
        if self.groups and self.rule not in (RuleKind.PER_GROUP, RuleKind.SEQUENCE):
            raise ValueError("groups are for the rules per_group and sequence")
        if self.rule is RuleKind.PER_GROUP and not self.groups:
            raise ValueError("the rule per_group needs groups")
        if (self.rule is RuleKind.WEIGHTS) is not bool(self.weights):
            raise ValueError("weights are for the rule weights, which needs them")
        if len({one.name for one in self.groups}) < len(self.groups):
            raise ValueError("two groups have the same name")
        if self.approve == self.reject:
            raise ValueError("approving and rejecting must be two ways")
        return self

    def pure(self) -> Rule:
        """What the tally asks for."""
        return Rule(
            self.rule,
            self.count or 0,
            self.percent or 0,
            {one.name: one.count for one in self.groups} if self.rule is RuleKind.PER_GROUP else {},
        )

    def rules(self) -> list[tuple[str, RuleJson]]:
        """Every rule over people in it, with its place."""
        found = [(f"groups.{row}.rule", one.rule) for row, one in enumerate(self.groups)]
        found += [(f"weights.{row}.rule", one.rule) for row, one in enumerate(self.weights)]
        return found + ([("veto", self.veto)] if self.veto is not None else [])
