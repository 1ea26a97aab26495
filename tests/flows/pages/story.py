"""Proposals as people make and decide them in a browser without script: load a page, post its form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

from django.test import Client

from accounts.models import Membership
from flows.models import CatalogueEntity, DataType, PhysicalFlow, ProposedFlow
from flows.policies import PROPOSE
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories import flows as make
from tests.factories.accounts import give_role

NEW = "/flows/proposals/new/"
BOARD = "/flows/proposals/"
HIDDEN = re.compile(r'name="(idempotency_key|version|shown_hash)" value="([^"]*)"')
DELIVERY: Mapping[str, Any] = {
    "name": "orders-eod",
    "transport": "FILE_TRANSPORT",
    "frequency": "DAILY",
    "criticality": "MEDIUM",
    "basis_offset": "0",
    "description": "",
    "external_id": "",
}
REASON: Mapping[str, Any] = {"code": "NEW_REQUIREMENT", "description": "The ledger needs it at night"}


@dataclass(frozen=True)
class Town:
    """Asha may propose; Ravi speaks for Orders, Hema for Ledger, both for nothing else."""

    acme: Acme
    orders: CatalogueEntity
    ledger: CatalogueEntity
    types: dict[str, DataType]

    def spec(self, **more: Any) -> dict[str, Any]:
        new = {"specification": "", "name": "Daily orders file", "format": "FLAT_FILE", "owner": str(self.orders.id)}
        return {**new, "description": "", "external_id": "", **more}

    def physical(self, name: str = "orders-eod") -> PhysicalFlow:
        """A flow that exists, as the loader would have made it."""
        with self.acme.scope():
            logical = make.make_logical(self.orders, self.ledger)
            return make.make_physical(logical, types=[self.types["TRADE"]], name=name)


def make_town(acme: Acme) -> Town:
    with acme.scope():
        orders, ledger = (make.make_entity(acme.organisation, name) for name in ("Orders", "Ledger"))
        types = make.make_types(acme.organisation)
        make.involve(acme.ravi, orders)
        make.involve(acme.hema, ledger)
        give_role(acme.asha, "Proposer", PROPOSE)
    return Town(acme, orders, ledger, types)


class Person:
    """Somebody before a browser."""

    def __init__(self, member: Membership) -> None:
        self.member = member
        self.client: Client = signed_in(member)

    def load(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, said(answer))
        return answer

    def send(self, path: str, status: int = 302, **data: Any) -> Any:
        answer = self.client.post(path, data)
        assert answer.status_code == status, (path, answer.status_code, said(answer))
        return answer

    def follow(self, answer: Any) -> Any:
        return self.load(answer.headers["Location"])

    def draft(self, town: Town, **more: Any) -> str:
        """Go through the five steps; the address of the summary."""
        steps: list[dict[str, Any]] = [
            town.spec(),
            dict(DELIVERY),
            {"ids": [str(town.types["TRADE"].id), str(town.types["PARTY"].id)]},
            dict(REASON),
        ]
        route = {"route": "downstream", "other": str(town.ledger.id)}
        answer = self.send(NEW, entity=str(town.orders.id), **{**route, **more.pop("route", {})})
        for step in steps:
            self.load(answer.headers["Location"])
            answer = self.send(answer.headers["Location"], **step | more)
        return str(answer.headers["Location"])

    def propose(self, town: Town, **more: Any) -> UUID:
        """The id of the proposal that the wizard makes."""
        return self.propose_draft(self.draft(town, **more))

    def propose_draft(self, summary: str) -> UUID:
        page = self.load(summary)
        answer = self.send(summary.replace("summary", "propose"), **hidden(page))
        return proposal_in(answer)

    def act(self, proposal_id: UUID, deed: str, status: int = 302, **data: Any) -> Any:
        """Load the page of the proposal and post one of its forms."""
        address = f"{BOARD}{proposal_id}/"
        page = self.load(address)
        return self.send(f"{address}{deed}/", status, **{**hidden(page), **data})

    def page(self, proposal_id: UUID) -> str:
        return said(self.load(f"{BOARD}{proposal_id}/"))


def proposal_in(answer: Any) -> UUID:
    match = re.fullmatch(r"/flows/proposals/([0-9a-f-]{36})/", answer.headers["Location"])
    assert match is not None, answer.headers["Location"]
    return UUID(match[1])


def hidden(page: Any) -> dict[str, Any]:
    """What the forms of a page send along unseen."""
    return dict(HIDDEN.findall(page.content.decode()))


def said(answer: Any) -> str:
    """The words of a page."""
    source = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", source)).split())


def stored(town: Town, proposal_id: UUID) -> ProposedFlow:
    with town.acme.scope():
        row: ProposedFlow = ProposedFlow.objects.get(id=proposal_id)
        return row
