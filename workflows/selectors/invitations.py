"""Whom a step may ask by a link: addresses of people without an account, kept apart from who has a part in the request."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from accounts.models import Membership
from forms_builder.schema.addresses import BadAddress, address, mailbox
from forms_builder.schema.display import with_names
from forms_builder.sources import OrganisationNames
from workflows.engine.links import Asking, Invited, Refused
from workflows.graph.compiled import CompiledStep
from workflows.graph.outside import Outside
from workflows.models import DecisionLink, LinkEnd, Task, Vote
from workflows.nodes.templating import ANSWERS, placeholders
from workflows.selectors.asked import outside_forbidden
from workflows.selectors.desk import Desk, why_barred_at
from workflows.selectors.people import active_members

FORBIDDEN: Final = "your organisation lets nobody decide without an account"
OWN: Final = "this is the requester's own address"
DECIDED: Final = "this is the address of somebody who decided another step of the request"


def asked_outside(desk: Desk, target: CompiledStep) -> Asking | None:
    """Whom without an account the step asks, once the decision at the desk is made; None where it asks nobody.

    No query where it does not; a test case asks nobody.
    """
    outside = target.outside
    if outside is None or desk.cast is not None:
        return None
    lasts = timedelta(days=outside.days)
    if outside_forbidden(desk.organisation_id):
        return Asking((), (Refused("", FORBIDDEN),), lasts)
    invited, refused = sorted_out(desk, target, _addresses(desk, outside))
    if not (invited or refused):
        refused = (Refused("", "no address was filled in"),)
    return Asking(
        invited,
        refused,
        lasts,
        needs_code=outside.code,
        subject=outside.subject,
        text=outside.text,
        names=_names_told(desk, outside),
    )


def _names_told(desk: Desk, outside: Outside) -> dict[str, dict[str, str]]:
    """What the answers that the texts name are called in the organisation now; a query for each source that they are from."""
    paths = [path.split(".") for _, path in placeholders([outside.subject, outside.text])]
    told = {rest[0] for root, *rest in paths if root in ANSWERS and rest}
    fields = [field for field in desk.definition.form.fields if field.name in told]
    return with_names(fields, desk.situation.data, {}, OrganisationNames(desk.organisation_id))


def sorted_out(
    desk: Desk, target: CompiledStep, found: Iterable[Invited]
) -> tuple[tuple[Invited, ...], tuple[Refused, ...]]:
    """Who of these is asked, each mailbox once, and who may not be; at most four queries."""
    invited: dict[str, Invited] = {}
    refused: dict[str, Refused] = {}
    apart = _Apart(desk, target)
    for one in found:
        box = mailbox(one.address)
        if box in invited or box in refused:
            continue
        if why := _malformed(one.address) or apart.why(one.address):
            refused[box] = Refused(one.address, why)
        else:
            invited[box] = Invited(address(one.address), one.field, one.member_id)
    return tuple(invited.values()), tuple(refused.values())


def why_kept_apart(desk: Desk, target: CompiledStep, text: str) -> str:
    """Why separation of duties keeps whoever has this mailbox away from the step; empty where it does not."""
    return _Apart(desk, target).why(text)


def _addresses(desk: Desk, outside: Outside) -> Iterator[Invited]:
    yield from (Invited(one) for one in outside.addresses)
    for name in outside.fields:
        value = desk.situation.data.get(name)
        if isinstance(value, str) and value.strip():
            yield Invited(value.strip(), name)


def _malformed(text: str) -> str:
    try:
        address(text)
    except BadAddress:
        return "this is no mail address"
    return ""


class _Apart:
    """Mailboxes that may not decide here, read when the first one is asked about."""

    def __init__(self, desk: Desk, target: CompiledStep) -> None:
        self.desk = desk
        self.target = target
        self._decided: frozenset[str] | None = None

    def why(self, text: str) -> str:
        box = mailbox(text)
        if box == mailbox(self.desk.situation.requester.email):
            return OWN
        if self._decided is None:
            self._decided = frozenset(map(mailbox, self._who_decided()))
        if box in self._decided:
            return DECIDED
        return self._as_member(text)

    def _as_member(self, text: str) -> str:
        """Whoever has an account under that address is kept apart as its person is."""
        same = Q(email__iexact=text.strip()) | Q(user__email__iexact=text.strip())
        people = active_members(self.desk.organisation_id).filter(same)
        barred = (why_barred_at(self.desk, self.target, member_id) for member_id in people.values_list("id", flat=True))
        return next(filter(None, barred), "")

    def _who_decided(self) -> set[str]:
        """The addresses of members who decided or voted in the request or in whose place that was done, and of people outside
        at steps that must differ."""
        desk, target = self.desk, self.target
        now = desk.deciders if desk.step.key != target.key else frozenset()
        if desk.run_id is None:
            return self._mail_of(now)
        here = {"organisation_id": desk.organisation_id, "run_id": desk.run_id}
        done = Task.objects.filter(**here, completed_by__isnull=False, superseded=False)
        votes = Vote.objects.filter(**here, task__superseded=False)
        deciders = done.values_list("completed_by_id").union(
            done.filter(on_behalf_of__isnull=False).values_list("on_behalf_of_id"),
            votes.values_list("member_id"),
            votes.values_list("seat_id"),
        )
        found = self._mail_of(now | {one for (one,) in deciders})
        if target.not_same_as:
            links = DecisionLink.objects.filter(**here, outcome=LinkEnd.DECIDED, task__step__in=target.not_same_as)
            found |= set(links.values_list("address", flat=True))
        return found

    def _mail_of(self, member_ids: frozenset[UUID]) -> set[str]:
        people = Membership.objects.filter(organisation_id=self.desk.organisation_id, id__in=member_ids)
        rows = people.values_list("email", "user__email") if member_ids else ()
        return {one for row in rows for one in row}
