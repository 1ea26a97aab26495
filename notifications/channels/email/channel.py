"""E-mail at planning time."""

from accounts.tenancy.models import new_id
from notifications.channels.base import Notice, Texts
from notifications.links import message_id
from notifications.models import Delivery
from notifications.wording import WORDINGS


class Email:
    name = "email"

    def default(self, kind: str) -> Texts:
        return Texts(WORDINGS[kind].subject, WORDINGS[kind].body)

    def row(self, notice: Notice, texts: Texts) -> Delivery:
        ident = new_id()
        return Delivery(
            id=ident,
            organisation_id=notice.organisation_id,
            recipient_id=notice.recipient_id,
            link_id=notice.link_id,
            event_id=notice.event_id,
            kind=notice.kind,
            channel=self.name,
            run_id=notice.run_id,
            path=notice.path,
            subject=texts.subject_for(notice),
            body=texts.body_for(notice),
            watching=notice.watching,
            message_id=message_id(ident),
        )
