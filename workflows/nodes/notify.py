"""Tell people something. It goes the way of all notices: in the product, by mail, as each person wants it."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from forms_builder.schema.parts import LongText, Part, plain
from workflows.graph.automation import Recipient
from workflows.nodes.base import Done, Message, NodeKind, Work

Subject = Annotated[str, StringConstraints(min_length=1, max_length=150), AfterValidator(plain)]


class NotifyParams(Part):
    """`subject` and `text` with placeholders; {{ record.approver }} is who was chosen, by name, as on the pages."""

    to: tuple[Recipient, ...] = Field(min_length=1, max_length=50)
    subject: Subject
    text: LongText = ""


class Notify(NodeKind[NotifyParams]):
    kind = "notify"
    label = "Tell people"
    params = NotifyParams

    def run(self, params: NotifyParams, work: Work) -> Done:
        subject = " ".join(work.words(params.subject).split())
        message = Message(params.to, work.words(params.text), subject[:200])
        return Done({"to": list(params.to), "subject": message.subject}, messages=(message,))
