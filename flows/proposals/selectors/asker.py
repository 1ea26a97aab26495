"""What the filters of a list ask: about one person, about words, about sides."""

from collections.abc import Collection
from functools import cached_property
from typing import Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q, QuerySet, TextField, UUIDField, Value
from django.db.models.functions import Cast

from accounts.models import Membership
from flows.models import ProposedFlow
from flows.proposals.selectors import rights
from flows.proposals.selectors.gathering import COUNT_CAP, Asked, Gathered, Tally, tally
from flows.proposals.selectors.words import Words

Proposals = QuerySet[ProposedFlow]
COLUMNS: Final = {"state": "state", "type": "proposal_type"}
"""The filters that say what a column is."""


def proposals_of(organisation_id: UUID) -> Proposals:
    """All proposals: everybody of the organisation may read them."""
    rows: Proposals = ProposedFlow.objects.filter(organisation_id=organisation_id)
    return rows


class Asks(Asked):
    """Whether one of some sides is still asked for the proposal of a row."""

    template = """
        EXISTS (SELECT 1 FROM (SELECT %(expressions)s) me(organisation_id, id, revision, codes)
                  JOIN flows_approval a ON a.organisation_id = me.organisation_id AND a.proposal_id = me.id
                                       AND a.revision = me.revision
                 WHERE a.is_asked AND a.side_code = ANY(me.codes) OFFSET 0)
    """


ASKED: Final = """
    SELECT a.proposal_id FROM flows_approvalside s
     CROSS JOIN LATERAL (
           SELECT a.proposal_id FROM flows_approval a
            WHERE a.organisation_id = s.organisation_id AND a.side_id = s.id AND a.is_asked OFFSET 0
     ) a
     WHERE s.organisation_id = %s AND s.code = %s LIMIT %s
"""
"""What ``Asks`` says of one side, from the side to the proposals; the code of a side is for good."""


class Asker:
    """What the filters ask about one person; each answer is read once, however many filters ask. ``is_open`` where all
    of them ask about the active proposals, or all about the completed ones: then less is read."""

    def __init__(self, actor: Membership, is_open: bool | None = None) -> None:
        self.actor = actor
        self.is_open = is_open
        self.organisation_id: UUID = actor.organisation_id
        self._words: dict[str, Words] = {}

    @cached_property
    def waiting(self) -> Gathered:
        """Proposals that wait for the person."""
        return rights.waiting(self.actor)

    @property
    def walks(self) -> bool:
        """Whether a filter asks each proposal if it waits for the person, since they are too many to read."""
        return "outstanding" in self.__dict__ and not self.waiting.is_all

    @cached_property
    def outstanding(self) -> Q:
        return self.waiting.condition(rights.waits_by_row(self.actor)) & Q(is_open=True)

    @cached_property
    def completed(self) -> Q:
        """Proposals that they have decided."""
        return rights.has_voted(self.actor, self.is_open)

    @cached_property
    def approval(self) -> Q:
        """Proposals for a side of which they speak, decided or not."""
        return rights.concerns(self.actor, self.is_open)

    @cached_property
    def behind(self) -> bool:
        """Whether the person stands in for somebody now."""
        return bool(rights.behind(self.actor))

    @cached_property
    def on_behalf(self) -> Q:
        """Of what is outstanding, what waits for them on behalf of somebody only."""
        found = rights.waiting_for_others(self.actor)
        return found.condition(rights.waits_for_others_by_row(self.actor)) & Q(is_open=True)

    def words(self, text: str) -> Words:
        if text not in self._words:
            self._words[text] = Words(self.organisation_id, text, (None,) if self.is_open is None else (True, False))
        return self._words[text]

    def acted(self, what: str) -> Q:
        """``outstanding``, of these ``behalf``, or ``completed``."""
        match what:
            case "outstanding":
                return self.outstanding
            case "behalf":
                return self.on_behalf
        return self.completed

    def concerns(self, how: str) -> Q:
        """``proposed`` by the person, or for their ``approval``."""
        return Q(maker_id=self.actor.id) if how == "proposed" else self.approval

    def waits_for(self, sides: Collection[str]) -> Q:
        """Open proposals of which one of these sides has not decided."""
        codes = Cast(Value(list(sides)), ArrayField(TextField()))
        asks = Asks(Cast(Value(self.organisation_id), UUIDField()), F("id"), F("revision"), codes)
        return Q(asks, is_open=True)

    def by_row(self, name: str, value: str) -> Q:
        """What one value of a filter says, asked of each row: for rows that are few."""
        match name, value:
            case "actionable", "outstanding":
                return Q(rights.waits_by_row(self.actor))
            case "actionable", "behalf":
                return rights.waits_for_others_by_row(self.actor)
            case "actionable", _:
                return Q(rights.voted_by_row(self.actor))
            case "mine", "approval":
                return Q(rights.concerns_by_row(self.actor))
            case "mine", _:
                return self.concerns(value)
            case "side", _:
                return self.waits_for([value])
        return Q(**{COLUMNS[name]: value})

    def count_waiting(self) -> Tally:
        """How many wait for the person; they are not read again where they have been read."""
        if (found := self.__dict__.get("waiting")) is not None and (found.is_all or found.number >= COUNT_CAP):
            return Tally("%s::int", [min(found.number, COUNT_CAP)])
        return rights.count_waiting(self.actor)

    def tally(self, name: str, value: str, of_tab: Proposals) -> Proposals | Tally | None:
        """How many of a tab one value of a filter finds, from its own end; None for none."""
        is_open = bool(self.is_open)
        match name, value:
            case "actionable", "outstanding":
                return self.count_waiting() if is_open else None
            case "actionable", "behalf":
                return rights.count_waiting_for_others(self.actor) if is_open else None
            case "actionable", _:
                return rights.count_voted(self.actor, is_open)
            case "mine", "approval":
                return rights.count_concerned(self.actor, is_open)
            case "side", _:
                return tally(ASKED, [self.organisation_id, value]) if is_open else None
        return of_tab.filter(self.by_row(name, value))
