"""How the panel of a task stands, for pages and programs: the rule, the count, who has voted and who has not. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workflows.approval import Panel, Rule, summary


@dataclass(frozen=True, slots=True)
class Named:
    """A person by the name they had then."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class VoteRow:
    """A member's vote; ``by`` is who gave it, as a rule the member. Without a vote ``approve`` and ``at`` are None."""

    member: Named
    by: Named | None
    approve: bool | None
    at: datetime | None
    asked: bool = False
    """Whether the member is asked now."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A panel as it stands: "2 of 3 must agree", "1–1, needs 2", "2 of 3, Fritz pending"."""

    step: str
    rule: str
    needed: int
    outcome: str
    words: str
    text: str
    progress: str
    rows: tuple[VoteRow, ...]

    @property
    def votes(self) -> tuple[VoteRow, ...]:
        """Those who have voted, in the order of the panel."""
        return tuple(one for one in self.rows if one.approve is not None)


def standing(step_name: str, panel: Panel, quorum: Rule, *, is_asking: bool) -> Approval:
    """How the panel stands; ``is_asking`` while its task waits for votes."""
    tally = panel.tally(quorum)
    asked = {one.id for one in panel.asked} if is_asking else set()
    rows = []
    for member in panel.members:
        vote = panel.vote_for(member.id)
        rows.append(
            VoteRow(
                member=Named(member.id, member.name),
                by=Named(vote.by, vote.by_name) if vote else None,
                approve=vote.approve if vote else None,
                at=datetime.fromisoformat(vote.at) if vote else None,
                asked=member.id in asked,
            )
        )
    return Approval(
        step=step_name,
        rule=quorum.kind.value,
        needed=tally.needed,
        outcome=tally.outcome.value,
        words=summary(quorum, len(panel.members)),
        text=tally.text,
        progress=tally.progress,
        rows=tuple(rows),
    )
