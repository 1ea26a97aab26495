"""Who sits on a panel, with which weight, in which group and order. Pure: people are facts."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.approval import Member, Rule, RuleKind, shortfall
from workflows.assignment import Eligibility, Person, Situation
from workflows.graph.panels import CompiledApproval


@dataclass(frozen=True, slots=True)
class Seating:
    """The rules over people of a step's panel, ready to be asked."""

    quorum: Rule
    groups: tuple[tuple[str, Eligibility], ...]
    weights: tuple[tuple[int, Eligibility], ...]
    veto: Eligibility | None

    @classmethod
    def of(cls, approval: CompiledApproval) -> "Seating":
        return cls(
            approval.quorum,
            tuple((name, Eligibility.of(rule)) for name, rule in approval.groups),
            tuple((weight, Eligibility.of(rule)) for weight, rule in approval.weights),
            Eligibility.of(approval.veto) if approval.veto is not None else None,
        )

    @property
    def in_turn(self) -> bool:
        """Whether the members are asked one after the other."""
        return self.quorum.kind is RuleKind.SEQUENCE

    def members(self, people: Iterable[Person], situation: Situation) -> tuple[Member, ...]:
        """The members in the order in which they are asked: by group, by level of their designation, by name.

        With groups whoever belongs to none is no member.
        """
        found = []
        for person in people:
            place = next((row for row, (_, rule) in enumerate(self.groups) if rule.admits(person, situation)), None)
            if place is None and self.groups:
                continue
            member = self._member(person, situation, self.groups[place][0] if place is not None else "")
            found.append(((place or 0, person.level or 0, person.name, person.id), member))
        return tuple(member for _, member in sorted(found, key=lambda item: item[0]))

    def added(self, person: Person, situation: Situation, members: tuple[Member, ...]) -> Member:
        """The seat of somebody whom no rule names, where it is needed: in the first group that is too small."""
        names = list(self.quorum.groups)
        short = next((name for name in names if shortfall(self._one(name), members)), names[0] if names else "")
        return self._member(person, situation, short)

    def _one(self, name: str) -> Rule:
        return Rule(RuleKind.PER_GROUP, groups={name: self.quorum.groups[name]})

    def _member(self, person: Person, situation: Situation, group: str) -> Member:
        weight = next((worth for worth, rule in self.weights if rule.admits(person, situation)), 1)
        veto = self.veto is not None and self.veto.admits(person, situation)
        return Member(person.id, person.name, group, weight, veto)
