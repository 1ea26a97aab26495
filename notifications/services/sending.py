"""Sending what was planned: claim one delivery, commit that an attempt begins, talk to the server, note the answer.

Nothing is held in the database while the server is talked to. A sender that dies leaves the delivery leased; when the
lease is over it is sent again under the same Message-ID and marked as a possible duplicate.
"""

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest, Now

from accounts.models import AuditEntry
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope
from notifications.channels.email.channel import Email
from notifications.channels.email.message import NO_KEYS, BadAddress, Keys, compose
from notifications.channels.email.transport import Outage, Outcome, Result, Transport
from notifications.models import Attempt, Delivery, SuppressedAddress
from notifications.recipients import plain
from notifications.selectors.deliveries import why_not_send
from notifications.services import breaker
from workflows import clock_events, events
from workflows.link_events import LinkCodeAsked
from workflows.selectors.links import link_path, posted_to
from workflows.selectors.mail_links import quick_path
from workflows.services.link_codes import code_for_mail, key_for_mail

CHANNEL = Email.name
State = Delivery.State

SCHEDULE = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""Pauses after the first, second ... failed attempt; the one after the last gives up, some 17 hours after the first."""
JITTER = 0.2
LEASE = timedelta(seconds=12 * settings.EMAIL_TIMEOUT)
"""Longer than one message can take: a dialogue has at most eleven steps, a new connection with TLS and a login among them, and
each of them has the mail server's time limit."""
SUPPRESSED_FOR = timedelta(days=7)
FAIR_SHARE = 20
"""Messages of one organisation before it is the next one's turn."""
ORGANISATIONS = 100
SECONDS = 50.0
TO_DECIDE = frozenset(
    kind.kind
    for kind in (
        *(events.TaskOpened, clock_events.TaskReminded, events.TaskReassigned, events.TaskTakenOver),
        *(events.TaskClaimed, events.TaskAssigned, events.TaskEscalated),
    )
)
"""Mails to who must decide, which may bring a link to do so."""
STRIKES = 3
"""Connections lost in a row that count as an outage."""

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Claimed:
    """A delivery leased for one attempt; ``address`` is the recipient's present one."""

    delivery: Delivery
    token: UUID
    address: str
    keys: Keys = NO_KEYS


def due_organisations(most: int = ORGANISATIONS) -> list[UUID]:
    """Organisations with messages to send now, in no particular order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_due_organisations(%s)", [most])
        return [organisation_id for (organisation_id,) in cursor.fetchall()]


def send_due(*, seconds: float = SECONDS) -> int:
    """Send what is due until nothing is or the time is up; returns how many messages the server took.

    Never raises because of the mail server: an outage opens the breaker, and the deliveries wait uncharged.
    """
    if not due_organisations(1) or not breaker.may_try(CHANNEL):
        return 0
    sent = 0
    try:
        with Transport() as transport:
            round_ = _Round(transport, time.monotonic() + seconds)
            while organisations := due_organisations():
                before = round_.handled
                for organisation_id in organisations:
                    sent += round_.serve(organisation_id)
                if round_.handled == before or round_.is_over:
                    break
    except Outage as outage:
        breaker.trip(CHANNEL, str(outage))
    return sent


class _Round:
    """One sender's work over one connection."""

    def __init__(self, transport: Transport, until: float) -> None:
        self.transport = transport
        self.until = until
        self.handled = 0
        self.lost = 0
        self.proven = False

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def serve(self, organisation_id: UUID) -> int:
        """Send the organisation's share; returns how many went. Raises Outage."""
        sent = 0
        for _ in range(FAIR_SHARE):
            if self.is_over or not (more := self._one(organisation_id)):
                break
            sent += more is Outcome.SENT
        return sent

    def _one(self, organisation_id: UUID) -> Attempt.Outcome | None:
        with organisation_scope(organisation_id):
            claimed = claim(organisation_id)
        if claimed is None:
            return None
        self.handled += 1
        if isinstance(claimed, Claimed):
            result = self._hand_over(claimed)
            with organisation_scope(organisation_id):
                finish(claimed, result)
            self._after(result)
            return result.outcome
        return claimed

    def _hand_over(self, claimed: Claimed) -> Result:
        try:
            mail = compose(claimed.delivery, claimed.address, self.transport.connection, claimed.keys)
            return self.transport.send(mail)
        except (BadAddress, ValueError) as error:
            return Result(Outcome.DEAD, str(error))
        except Outage as outage:
            return Result(Outcome.OUTAGE, str(outage))

    def _after(self, result: Result) -> None:
        """Go on, on a new connection if this one was lost. Raises Outage when the server is away."""
        if result.outcome is Outcome.OUTAGE:
            raise Outage(result.error)
        if not (self.proven or result.ambiguous):
            # Not before: a server may let everybody in and take mail from nobody.
            breaker.reset(CHANNEL)
            self.proven = True
        self.lost = self.lost + 1 if result.ambiguous else 0
        if self.lost >= STRIKES:
            raise Outage(result.error)
        if result.ambiguous:
            self.transport.reopen()


def claim(organisation_id: UUID) -> Claimed | Attempt.Outcome | None:
    """Lease the next due delivery and write down that an attempt begins; the caller commits before sending.

    Gives the outcome instead when the delivery must not be sent any more, and None when nothing is due.
    """
    due = Delivery.objects.filter(organisation_id=organisation_id, state__in=Delivery.OPEN, next_at__lte=Now())
    delivery = (
        due.filter(channel=CHANNEL)
        .select_related("organisation", "recipient__user")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("next_at", "id")
        .first()
    )
    if delivery is None:
        return None
    died = delivery.state == State.LEASED
    if died:
        rows = Attempt.objects.filter(organisation_id=organisation_id, delivery_id=delivery.id, outcome=Outcome.STARTED)
        rows.update(outcome=Outcome.UNKNOWN, finished_at=Now(), error="The sender died before the answer was noted.")
    if died and delivery.charged > len(SCHEDULE):
        return _close(delivery, State.DEAD, "Every sender of this message died.", Outcome.DEAD)
    if reason := why_not_send(delivery):
        return _close(delivery, State.SUPPRESSED, reason, Outcome.SUPPRESSED)
    return _lease(delivery, died)


def _close(delivery: Delivery, state: Delivery.State, reason: str, outcome: Attempt.Outcome) -> Attempt.Outcome:
    # With the address that it would have gone to: sending it again lets go of it, where that was the reason.
    address = _address(delivery)
    Delivery.objects.filter(id=delivery.id).update(state=state, reason=reason, address=address, lease_token=None)
    return outcome


def _lease(delivery: Delivery, died: bool) -> Claimed:
    claimed = Claimed(delivery, uuid4(), _address(delivery), _keys(delivery))
    delivery.attempts += 1
    Delivery.objects.filter(id=delivery.id).update(
        state=State.LEASED,
        attempts=delivery.attempts,
        charged=F("charged") + 1,
        possible_duplicate=delivery.possible_duplicate or died,
        address=claimed.address,
        next_at=Now() + LEASE,
        lease_token=claimed.token,
    )
    Attempt.objects.create(
        id=new_id(),
        organisation_id=delivery.organisation_id,
        delivery_id=delivery.id,
        number=delivery.attempts,
        started_at=Now(),
    )
    return claimed


def _address(delivery: Delivery) -> str:
    if delivery.recipient is not None:
        return str(delivery.recipient.email)
    return posted_to(delivery.organisation_id, delivery.link_id)[0] if delivery.link_id else ""


def _keys(delivery: Delivery) -> Keys:
    """Made anew for each attempt and kept nowhere in clear: they are keys."""
    organisation_id, link_id = delivery.organisation_id, delivery.link_id
    if link_id is None:
        return Keys(quick_path=_quick_path(delivery))
    if delivery.kind == LinkCodeAsked.kind:
        return Keys(code=code_for_mail(organisation_id, link_id))
    return Keys(path=link_path(key_for_mail(organisation_id, link_id)))


def _quick_path(delivery: Delivery) -> str:
    """To the login's own address only: whoever may edit the one that the organisation writes to would decide as somebody else."""
    kind, recipient = plain(delivery.kind), delivery.recipient
    if kind not in TO_DECIDE or recipient is None or recipient.email.lower() != recipient.user.email:
        return ""
    entries = AuditEntry.objects.filter(organisation_id=delivery.organisation_id, id=delivery.event_id)
    task_id = entries.filter(kind=kind).values_list("subject_id", flat=True).first()
    return quick_path(delivery.organisation_id, recipient.id, task_id) if task_id else ""


def finish(claimed: Claimed, result: Result) -> bool:
    """Note the answer. The delivery changes only while the lease is still ours; returns whether it was."""
    delivery = claimed.delivery
    Attempt.objects.filter(
        organisation_id=delivery.organisation_id, delivery_id=delivery.id, number=delivery.attempts
    ).update(outcome=result.outcome, error=result.error, finished_at=Now())
    mine = Delivery.objects.filter(id=delivery.id, state=State.LEASED, lease_token=claimed.token)
    common: dict[str, object] = {"lease_token": None, "reason": result.error}
    match result.outcome:
        case Outcome.SENT:
            changed = mine.update(**common, state=State.SENT, sent_at=Now())
        case Outcome.SUPPRESSED:
            changed = mine.update(**common, state=State.SUPPRESSED)
            _suppress(delivery, claimed.address, result.error)
        case Outcome.DEAD:
            changed = mine.update(**common, state=State.DEAD)
        case Outcome.OUTAGE:
            # Not this message's fault: the attempt does not count, and it goes first when the server is back.
            changed = mine.update(
                **common, state=State.RETRY, charged=Greatest(F("charged") - 1, Value(0)), next_at=delivery.next_at
            )
        case _:
            changed = _retry(mine, delivery, result, common)
    if not changed:
        logger.warning("delivery.lease_lost", delivery=str(delivery.id), outcome=str(result.outcome))
    return bool(changed)


def _retry(mine: QuerySet[Delivery], delivery: Delivery, result: Result, common: dict[str, object]) -> int:
    charged = delivery.charged + 1
    duplicate = {"possible_duplicate": True} if result.ambiguous else {}
    if charged > len(SCHEDULE):
        return mine.update(**common, **duplicate, state=State.DEAD)
    pause = SCHEDULE[charged - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return mine.update(**common, **duplicate, state=State.RETRY, next_at=Now() + pause)


def _suppress(delivery: Delivery, address: str, reason: str) -> None:
    SuppressedAddress.objects.update_or_create(
        organisation_id=delivery.organisation_id,
        address=address,
        defaults={"reason": reason, "until": Now() + SUPPRESSED_FOR},
    )
