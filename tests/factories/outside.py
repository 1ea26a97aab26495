"""A workflow that asks somebody without an account, and the mailbox that is asked."""

import re
from typing import Any
from uuid import UUID

from django.test import Client

from notifications.outbox import relay
from notifications.services.sending import send_due
from tests.cast import Acme
from tests.factories.workflows import publish
from tests.notifications.smtp import mail_server
from workflows.models import DecisionLink, WorkflowDefinition
from workflows.services.runs import run_start

CLIENT = "jane@client.example"
LINK = re.compile(r"https?://[^/\s\"]+(/decide/[^\s\"<]+)")
CODE = re.compile(r"^(\d{6})\s*$", re.MULTILINE)
READ = {"offer": "required", "client": "read", "signed": "read"}


def offer_document(**outside: Any) -> dict[str, Any]:
    """An offer that the client accepts or rejects; the margin is nobody's business outside."""
    asked = {"fields": ["client_mail"], "subject": "Offer {{ run.number }}", "text": "Please read {{ record.scope }}."}
    return {
        "schema_version": 1,
        "name": "Offer",
        "form": {
            "fields": [
                {"name": "scope", "type": "text", "label": "Scope", "access": READ},
                {
                    "name": "client_mail",
                    "type": "text",
                    "format": "email",
                    "label": "Client",
                    "access": {"offer": "write"},
                },
                {"name": "margin", "type": "number", "label": "Margin", "access": {"offer": "write"}},
            ]
        },
        "graph": {
            "steps": [
                {"key": "offer", "name": "Offer", "kind": "start"},
                {
                    "key": "client",
                    "name": "Client decides",
                    "kind": "task",
                    "assignee": {
                        "rule": {"field": "candidate.id", "op": "eq", "value_field": "requester.manager"},
                        "fallback": ["workflow_owner"],
                        "outside": asked | outside,
                    },
                },
                {"key": "signed", "name": "Accepted", "kind": "end", "outcome": "Accepted"},
                {"key": "lost", "name": "Rejected", "kind": "end", "outcome": "Rejected"},
            ],
            "transitions": [
                {"key": "t1", "from": "offer", "to": "client"},
                {"key": "yes", "name": "Accept", "from": "client", "to": "signed"},
                {"key": "no", "name": "Reject", "from": "client", "to": "lost", "reason_required": True},
            ],
        },
    }


def offered(acme: Acme, data: dict[str, Any] | None = None, **outside: Any) -> UUID:
    """A running offer of Asha. Needs the scope."""
    definition: WorkflowDefinition = publish(offer_document(**outside), acme.omar)
    given = {"scope": "Bridge", "client_mail": CLIENT, "margin": 4711} | (data or {})
    return run_start(definition_id=definition.id, actor=acme.asha, data=given).run_id


def mails_to(settings: Any, address: str = CLIENT) -> list[str]:
    """The texts of the mails that are sent to the mailbox now. Call outside of a scope."""
    relay()
    with mail_server(settings) as inbox:
        send_due()
    return [
        part.get_content()
        for mail in inbox.messages
        if mail["To"] == address
        for part in mail.walk()
        if part.get_content_type() == "text/plain"
    ]


def link_in(settings: Any, address: str = CLIENT) -> str:
    """The path of the newest link that the mailbox gets."""
    found = [path for text in mails_to(settings, address) for path in LINK.findall(text)]
    return str(found[-1])


def page_of(path: str, client: Client | None = None) -> str:
    found: str = (client or Client()).get(path).content.decode()
    return found


def press(path: str, transition: str, **more: str) -> Any:
    """Type a name and press a button, in a browser that nobody is signed in with."""
    return Client().post(path, {"transition": transition, "name": "Jane Roe", **more})


def link_row(run_id: UUID) -> DecisionLink:
    """The newest link of the run. Needs the scope."""
    found: DecisionLink = DecisionLink.objects.filter(run_id=run_id).order_by("-sent_at", "-id")[0]
    return found
