"""The addresses of links that ask for a decision, and rows that came with them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.tenancy.models import OrganisationRow
from tests.contracts.url_table import Line, World
from tests.contracts.urls_workflow_pages import leave
from tests.factories import workflows as make
from tests.factories.outside import link_row, offered
from workflows.models import DecisionLink, LibraryCopy
from workflows.services.link_codes import key_for_mail


def offer(world: World) -> UUID:
    """A request whose step somebody outside is asked to decide; Ravi looks after it."""
    return offered(world.acme, {"scope": world.canary})


def link(world: World) -> DecisionLink:
    row: DecisionLink = link_row(world(offer))
    row.subject, row.text = world.canary, world.canary
    row.save(update_fields=["subject", "text"])
    return row


def library_copy(world: World) -> OrganisationRow:
    row: LibraryCopy = LibraryCopy.objects.get(definition=world(leave))
    return row


def of_link(world: World) -> Mapping[str, Any]:
    return {"link_id": world(link).id}


def of_offer(world: World) -> Mapping[str, Any]:
    return {"task_id": make.open_task(world(offer)).id}


def token(world: World) -> str:
    """Of a link that asks for a one-time code: alone it tells nothing."""
    row = link_row(offered(world.acme, {"scope": world.canary}, code=True, text=world.canary))
    return key_for_mail(world.acme.organisation.id, row.id)


def of_token(world: World) -> Mapping[str, Any]:
    return {"token": world(token)}


CODE = {"act": "code"}
PAGE, REST = "tasks/<uuid:task_id>/links/", "api/v1/tasks/<uuid:task_id>/links/"
REVOKE = "decision-links/<uuid:link_id>/revoke/"

LINES = [
    Line("decide/<str:token>/", "get", access="public", ids=of_token),
    Line("decide/<str:token>/", "post", access="public", ids=of_token, data=CODE),
    Line(PAGE, "post", holder="ravi", ids=of_offer, without="asha"),
    Line(REST, "get", holder="ravi", ids=of_offer, without="farid"),
    Line(REST, "post", holder="ravi", ids=of_offer, without="asha"),
    Line(REVOKE, "post", holder="asha", ids=of_link, without="farid"),
    Line(f"api/v1/{REVOKE}", "post", holder="ravi", ids=of_link, without="farid"),
]
ADMIN_ROWS = {"workflows.decisionlink": link, "workflows.librarycopy": library_copy}
