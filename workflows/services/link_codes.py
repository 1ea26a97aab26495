"""The one-time code of a link: asked for by who holds the link, sent to the link's own mailbox, kept as a keyed hash."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.audit.record import record
from accounts.tenancy.errors import Conflict, Invalid
from workflows.link_events import LinkCodeAsked
from workflows.link_keys import LinkKey, code_hash, is_code, new_code
from workflows.models import DecisionLink
from workflows.selectors.links import Closed, opened
from workflows.services.links import External, LinkClosed

HOLDS: Final = timedelta(minutes=10)
PAUSE: Final = timedelta(seconds=30)
MOST_CODES: Final = 10
"""That one link may ask for, ever."""
MOST_TRIES: Final = 5
"""Wrong codes, then a new one is needed."""
PASS_SALT: Final = "workflows.decision_link.pass"  # noqa: S105 - names a purpose
PASS_SECONDS: Final = 30 * 60
"""How long what was opened by a code can be decided."""
KEPT: Final = 8
"""Mails of one link that still open it: a repeated one brings a link of its own."""


class CodeTooSoon(Conflict):
    """A code was sent a moment ago, or too many were."""

    code = "decision_link.code_too_soon"
    status = 429


@transaction.atomic
def code_ask(*, link: DecisionLink, at: datetime | None = None) -> None:
    """Have a code sent to the link's mailbox. Raises LinkClosed, CodeTooSoon."""
    moment = at or timezone.now()
    row = _row(link)
    found = opened(row, moment)
    if isinstance(found, Closed):
        raise LinkClosed(found.words)
    if row.code_asked_at is not None and moment - row.code_asked_at < PAUSE:
        raise CodeTooSoon("A code was sent a moment ago. Wait half a minute before you ask for another one.")
    if row.codes_asked >= MOST_CODES:
        raise CodeTooSoon("Too many codes were asked for. Ask who sent you the link for a new one.")
    DecisionLink.objects.filter(id=row.id).update(
        codes_asked=F("codes_asked") + 1, code_asked_at=moment, code_hash="", code_tries=0
    )
    run = found.view.run
    fact = LinkCodeAsked(
        subject_id=row.task_id,
        run_id=run.id,
        run_number=run.number,
        run_title=run.title,
        definition_id=run.definition_id,
        definition_name=run.definition.name,
        requester_id=run.requester_id,
        requester_name=run.requester.name,
        step=found.task.step,
        step_name=found.task.step_name,
        link_id=row.id,
        medium=row.medium,
        address=row.address,
    )
    record(fact, actor=External(row.address[:200]), organisation_id=row.organisation_id, at=moment)


def code_check(*, link: DecisionLink, code: str, at: datetime | None = None) -> str:
    """The pass that the right code gives, to be sent with the decision. Raises Invalid at ``code``; wrong ones are counted."""
    moment = at or timezone.now()
    with transaction.atomic():
        row = _row(link)
        alive = row.code_until is not None and row.code_until > moment and row.code_tries < MOST_TRIES
        if alive and is_code(row.id, code.strip().replace(" ", ""), row.code_hash):
            DecisionLink.objects.filter(id=row.id).update(code_hash="")
            return signing.dumps(row.id.hex, salt=PASS_SALT)
        DecisionLink.objects.filter(id=row.id).update(code_tries=F("code_tries") + 1)
    text = "This code is not right." if alive else "This code is too old, or was tried too often. Ask for a new one."
    raise Invalid({"code": [text]})


def is_pass(link: DecisionLink, text: str) -> bool:
    """Whether the code of the link was given, not long ago."""
    try:
        found: str = signing.loads(text, salt=PASS_SALT, max_age=PASS_SECONDS)
    except signing.BadSignature:
        return False
    return found == link.id.hex


def key_for_mail(organisation_id: UUID, link_id: UUID) -> str:
    """The token for one mail; only its hash is kept. For the sender, once the mail is about to leave. Needs the scope."""
    key = LinkKey.new(organisation_id, link_id)
    row = DecisionLink.objects.select_for_update().get(organisation_id=organisation_id, id=link_id)
    DecisionLink.objects.filter(id=row.id).update(hashes=[*row.hashes, key.hash][-KEPT:])
    return key.token


def code_for_mail(organisation_id: UUID, link_id: UUID) -> str:
    """The code for one mail, in place of any before. Needs the scope."""
    code = new_code()
    rows = DecisionLink.objects.filter(organisation_id=organisation_id, id=link_id)
    rows.update(code_hash=code_hash(link_id, code), code_until=timezone.now() + HOLDS, code_tries=0)
    return code


def _row(link: DecisionLink) -> DecisionLink:
    rows = DecisionLink.objects.select_related("organisation", "member__user").select_for_update(of=("self",))
    found: DecisionLink = rows.get(organisation_id=link.organisation_id, id=link.id)
    return found
