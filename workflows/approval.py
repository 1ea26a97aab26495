"""What the votes of a panel come to. Pure: a rule, the members and their votes in, an outcome and a sentence out.

Every rule is a list of demands: so many points of approval among these members. A panel has approved when all demands are
met, and has rejected when one of them cannot be met any more, whatever those who have not voted will say. Members with a
veto reject alone; so their word is waited for, else a decision could be contradicted by a later vote.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

MOST_NAMES: Final = 3


class RuleKind(StrEnum):
    """`any` needs one approval, `all` everybody's, `count` so many, `percent` of the members rounded up, `per_group` so
    many of each group, `sequence` everybody's one after the other, `weights` so many points."""

    ANY = "any"
    ALL = "all"
    COUNT = "count"
    PERCENT = "percent"
    PER_GROUP = "per_group"
    SEQUENCE = "sequence"
    WEIGHTS = "weights"


class Outcome(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Rule:
    """How many must agree. `count` is of people, of points for `weights`; `groups` says how many of each."""

    kind: RuleKind
    count: int = 0
    percent: int = 0
    groups: Mapping[str, int] = field(default_factory=dict)

    @property
    def asks_everybody(self) -> bool:
        """Whether no seat may stay empty."""
        return self.kind in (RuleKind.ALL, RuleKind.SEQUENCE)


@dataclass(frozen=True, slots=True)
class Member:
    """A seat of the panel, called by whose it is."""

    id: UUID
    name: str
    group: str = ""
    weight: int = 1
    veto: bool = False


@dataclass(frozen=True, slots=True)
class Vote:
    """What was said for the seat of `seat`; by somebody else where `by` differs. `at` is ISO text, for people to read."""

    seat: UUID
    approve: bool
    by: UUID
    by_name: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the panel stands. `pending` have not voted, `turn` are those of them who are asked now."""

    outcome: Outcome
    text: str
    approvals: int
    rejections: int
    needed: int
    """Approvals that the rule asks for, points for `weights`."""
    pending: tuple[Member, ...]
    turn: tuple[Member, ...]

    @property
    def decided(self) -> bool:
        return self.outcome is not Outcome.PENDING

    @property
    def progress(self) -> str:
        """ "2 of 3, Fritz pending": how many have voted, and who has not."""
        voted = self.approvals + self.rejections
        waiting = "" if self.decided or not self.pending else f", {names(self.pending)} pending"
        return f"{voted} of {voted + len(self.pending)}{waiting}"


@dataclass(frozen=True, slots=True)
class _Demand:
    name: str
    needed: int
    got: int
    open: int
    """Points of those who have not voted."""

    @property
    def met(self) -> bool:
        return self.got >= self.needed

    @property
    def lost(self) -> bool:
        return self.got + self.open < self.needed


def tally(rule: Rule, members: Sequence[Member], votes: Sequence[Vote]) -> Tally:
    """The outcome as soon as it is certain. Of several votes for one seat, or by one person, the first counts; votes for
    seats that the panel does not have count nothing."""
    said = _said(members, votes)
    pending = tuple(one for one in members if one.id not in said)
    demands = _demands(rule, members, said)
    refusing = [one for one in members if one.veto and said.get(one.id) is False]
    if refusing or any(one.lost for one in demands):
        outcome = Outcome.REJECTED
    elif all(one.met for one in demands) and not any(one.veto for one in pending):
        outcome = Outcome.APPROVED
    else:
        outcome = Outcome.PENDING
    yes = sum(said.values())
    count = f"{yes}–{len(said) - yes}"
    return Tally(
        outcome=outcome,
        text=f"{count}, {_words(rule, outcome, demands, pending, refusing)}",
        approvals=yes,
        rejections=len(said) - yes,
        needed=sum(one.needed for one in demands),
        pending=pending,
        turn=_turn(rule, outcome, pending),
    )


def shortfall(rule: Rule, members: Sequence[Member]) -> str:
    """Why these members could not approve even if all of them agreed; empty when they could."""
    for one in _demands(rule, members, {}):
        if one.lost or not members:
            what = "points" if rule.kind is RuleKind.WEIGHTS else "approvals" if one.needed != 1 else "approval"
            where = f" of {one.name}" if one.name else ""
            needs = "is" if one.needed == 1 else "are"
            return f"{one.needed} {what}{where} {needs} needed, and only {one.open} can be given"
    return ""


def summary(rule: Rule, size: int) -> str:
    """The rule for so many members in a few words: "2 of 3 must agree"."""
    if rule.kind is RuleKind.PER_GROUP:
        return f"{_listed([f'{count} of {name}' for name, count in rule.groups.items()])} must agree"
    if rule.kind is RuleKind.SEQUENCE:
        return f"all {size} must agree, one after the other"
    if rule.kind is RuleKind.WEIGHTS:
        return f"approvals worth {rule.count} points are needed"
    if rule.kind is RuleKind.ALL:
        return f"all {size} must agree" if size > 1 else "must agree"
    needed = _needed(rule, size)
    return f"{needed} of {size} must agree" if size > 1 else "must agree"


def names(members: Collection[Member]) -> str:
    """Up to three names, then how many more."""
    listed = [one.name for one in members]
    if len(listed) > MOST_NAMES:
        listed = [*listed[: MOST_NAMES - 1], f"{len(listed) - MOST_NAMES + 1} more"]
    return _listed(listed)


def _said(members: Sequence[Member], votes: Sequence[Vote]) -> dict[UUID, bool]:
    seats, said, heard = {one.id for one in members}, dict[UUID, bool](), set[UUID]()
    for vote in votes:
        if vote.seat in seats and vote.seat not in said and vote.by not in heard:
            said[vote.seat] = vote.approve
            heard.add(vote.by)
    return said


def _needed(rule: Rule, size: int) -> int:
    if rule.kind is RuleKind.ANY:
        return 1
    if rule.kind is RuleKind.PERCENT:
        return max(1, -(-size * rule.percent // 100))
    if rule.kind in (RuleKind.COUNT, RuleKind.WEIGHTS):
        return max(1, rule.count)
    return max(1, size)


def _demands(rule: Rule, members: Sequence[Member], said: Mapping[UUID, bool]) -> list[_Demand]:
    if rule.kind is RuleKind.PER_GROUP:
        return [
            _demand(name, max(1, count), [one for one in members if one.group == name], said, weighted=False)
            for name, count in rule.groups.items()
        ]
    return [_demand("", _needed(rule, len(members)), members, said, weighted=rule.kind is RuleKind.WEIGHTS)]


def _demand(name: str, needed: int, members: Sequence[Member], said: Mapping[UUID, bool], *, weighted: bool) -> _Demand:
    points = [(one.weight if weighted else 1, said.get(one.id)) for one in members]
    return _Demand(
        name, needed, sum(worth for worth, vote in points if vote), sum(worth for worth, vote in points if vote is None)
    )


def _turn(rule: Rule, outcome: Outcome, pending: tuple[Member, ...]) -> tuple[Member, ...]:
    if outcome is not Outcome.PENDING:
        return ()
    return pending[:1] if rule.kind is RuleKind.SEQUENCE else pending


def _words(
    rule: Rule,
    outcome: Outcome,
    demands: Sequence[_Demand],
    pending: Sequence[Member],
    refusing: Sequence[Member],
) -> str:
    """What follows the count."""
    if outcome is Outcome.APPROVED:
        return "approved"
    if refusing:
        return f"rejected by the veto of {names(refusing)}"
    if outcome is Outcome.REJECTED:
        lost = next(one for one in demands if one.lost)
        what = f"{lost.needed} points" if rule.kind is RuleKind.WEIGHTS else f"{lost.needed}"
        where = f" of {lost.name}" if lost.name else ""
        return f"rejected: {what}{where} cannot be reached any more"
    if all(one.met for one in demands):
        return f"waits for {names([one for one in pending if one.veto])}, who may veto"
    if rule.kind is RuleKind.SEQUENCE:
        return f"needs {demands[0].needed}, {pending[0].name} is next"
    if rule.kind is RuleKind.WEIGHTS:
        return f"needs {demands[0].needed} points, has {demands[0].got}"
    if rule.kind is RuleKind.PER_GROUP:
        return f"needs {_listed([f'{one.needed - one.got} more of {one.name}' for one in demands if not one.met])}"
    return f"needs {demands[0].needed}"


def _listed(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


@dataclass(frozen=True, slots=True)
class Panel:
    """The members and votes of one task as they are kept with it, in the order in which they are asked."""

    members: tuple[Member, ...]
    votes: tuple[Vote, ...] = ()
    in_turn: bool = False
    """Whether they are asked one after the other."""

    @classmethod
    def of_json(cls, raw: Mapping[str, Any]) -> Self:
        members = tuple(
            Member(UUID(one["id"]), one["name"], one.get("group", ""), one.get("weight", 1), one.get("veto", False))
            for one in raw["members"]
        )
        votes = tuple(
            Vote(UUID(one["seat"]), one["approve"], UUID(one["by"]), one["by_name"], one["at"])
            for one in raw.get("votes", ())
        )
        return cls(members, votes, raw.get("in_turn", False))

    def as_json(self) -> dict[str, Any]:
        return {
            "members": [
                {"id": str(one.id), "name": one.name, "group": one.group, "weight": one.weight, "veto": one.veto}
                for one in self.members
            ],
            "votes": [
                {"seat": str(one.seat), "approve": one.approve, "by": str(one.by), "by_name": one.by_name, "at": one.at}
                for one in self.votes
            ],
            "in_turn": self.in_turn,
        }

    @property
    def pending(self) -> tuple[Member, ...]:
        """Members whose seat has no vote."""
        voted = {vote.seat for vote in self.votes}
        return tuple(one for one in self.members if one.id not in voted)

    @property
    def asked(self) -> tuple[Member, ...]:
        """Those of them who are asked now."""
        return self.pending[:1] if self.in_turn else self.pending

    def tally(self, rule: Rule) -> Tally:
        return tally(rule, self.members, self.votes)

    def member(self, member_id: UUID) -> Member | None:
        return next((one for one in self.members if one.id == member_id), None)

    @property
    def taken(self) -> frozenset[UUID]:
        """Who cannot get a seat any more: members, and who has voted in the place of one."""
        return frozenset(one.id for one in self.members) | {vote.by for vote in self.votes}

    def vote_for(self, seat: UUID) -> Vote | None:
        return next((one for one in self.votes if one.seat == seat), None)

    def vote_by(self, member_id: UUID) -> Vote | None:
        return next((one for one in self.votes if one.by == member_id), None)

    def with_vote(self, vote: Vote) -> "Panel":
        return Panel(self.members, (*self.votes, vote), self.in_turn)

    def with_seat(self, left: UUID, new: Member) -> "Panel":
        """The seat of `left` is another person's now, at the same place with the same weight."""
        members = tuple(new if one.id == left else one for one in self.members)
        return Panel(members, self.votes, self.in_turn)

    def without(self, seat: UUID) -> "Panel":
        """The panel without a seat for which nobody has voted."""
        return Panel(tuple(one for one in self.members if one.id != seat), self.votes, self.in_turn)
