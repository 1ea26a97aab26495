"""The inbox in the product: written with the plan itself, so exactly once."""

from notifications.channels.base import Notice, Texts
from notifications.models import InboxItem
from notifications.wording import WORDINGS


class InApp:
    name = "in_app"

    def default(self, kind: str) -> Texts:
        return Texts(WORDINGS[kind].title, WORDINGS[kind].line)

    def row(self, notice: Notice, texts: Texts) -> InboxItem:
        if notice.recipient_id is None:
            raise ValueError("A notice in the product is for one of its people.")
        return InboxItem(
            organisation_id=notice.organisation_id,
            recipient_id=notice.recipient_id,
            event_id=notice.event_id,
            kind=notice.kind,
            title=texts.subject_for(notice),
            body=texts.body_for(notice),
            actor=notice.actor,
            path=notice.path,
            run_id=notice.run_id,
            at=notice.at,
        )
