"""What a person does with their notices."""

from uuid import UUID

from django.db.models.functions import Now

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.hygiene import is_unclean
from accounts.tenancy.models import new_id
from notifications.events import MailChosen
from notifications.models import InboxItem, Preference
from notifications.selectors.inbox import access_notice, notices


def mark_read(*, notice_id: UUID, actor: Membership) -> InboxItem:
    """Mark one notice read; a second time changes nothing. Raises NotFound for a notice of somebody else."""
    access_notice(actor, notice_id)
    notices(actor, unread_only=True).filter(id=notice_id).update(read_at=Now())
    return access_notice(actor, notice_id)


def mark_all_read(*, actor: Membership) -> int:
    """Mark every notice of the person read; returns how many were not."""
    return notices(actor, unread_only=True).update(read_at=Now())


def mark_seen(*, path: str, actor: Membership) -> int:
    """Mark the person's notices about a page read, whichever way led them there; returns how many were not."""
    if is_unclean(path):
        return 0  # no notice is about it, and the database cannot be asked
    return notices(actor, unread_only=True).filter(path=path).update(read_at=Now())


def wants_email(member: Membership) -> bool:
    """Whether the person gets e-mail."""
    return not Preference.objects.filter(
        organisation_id=member.organisation_id, member_id=member.id, email=False
    ).exists()


def choose_email(*, email: bool, actor: Membership) -> None:
    """Turn the person's e-mail on or off. What was planned before and not sent yet follows the choice too."""
    row, _ = Preference.objects.select_for_update().get_or_create(
        organisation_id=actor.organisation_id,
        member_id=actor.id,
        defaults={"id": new_id(), "created_by_id": actor.id, "modified_by_id": actor.id},
    )
    if row.email is email:
        return
    row.email = email
    row.save(update_fields=["email", *row.touch(actor.id)])
    record(MailChosen(subject_id=row.id, email=email), actor=actor, organisation_id=actor.organisation_id)
