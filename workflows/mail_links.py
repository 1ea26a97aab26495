"""Links of mails by which one person may decide one task at one version. They prove who got the mail and nothing else.

Nothing is stored: a link is signed with the secret key, and dead as soon as the task changes.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core import signing
from django.urls import reverse

SALT: Final = "workflows.mail_link"
MOST_SECONDS: Final = 60 * 24 * 3600
"""However long nobody touches the task."""


@dataclass(frozen=True, slots=True)
class MailLink:
    """Whose link it is, and for what."""

    organisation_id: UUID
    member_id: UUID
    task_id: UUID
    version: int

    @property
    def path(self) -> str:
        ids = [self.organisation_id.hex, self.member_id.hex, self.task_id.hex]
        return reverse("mail_decision", args=[signing.dumps([*ids, self.version], salt=SALT)])


def read_link(token: str) -> MailLink | None:
    """What the link is for, or None when we did not make it or it is too old."""
    try:
        organisation_id, member_id, task_id, version = signing.loads(token, salt=SALT, max_age=MOST_SECONDS)
        return MailLink(UUID(organisation_id), UUID(member_id), UUID(task_id), int(version))
    except (signing.BadSignature, ValueError, TypeError):
        return None
