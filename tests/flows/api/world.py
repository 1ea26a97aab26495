"""The world of the proposal tests, with programs in the place of people: Asha proposes, Ravi speaks for Orders, Meera for
Ledger, Fritz for nothing."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from accounts.models import AuditEntry
from flows import models
from tests.flows.proposals.world import World
from tests.scenarios.rest import Rest
from workflows.models import EntityResult, EntityState, EntityTransition

ROOT = "flows/"
PROPOSALS = f"{ROOT}proposals/"
TABLES: tuple[type[Model], ...] = (
    *(models.ProposedFlow, models.ProposalRevision, models.ProposalDataType, models.Approval, models.Vote),
    *(models.ProposalComment, models.ProposalWatcher, models.LogicalFlow, models.PhysicalFlow),
    *(models.PhysicalSpecification, models.SpecificationDataType, models.LogicalFlowDataType),
    *(EntityState, EntityTransition, EntityResult, AuditEntry),
)


class Wire:
    """Programs of the people, and the moves of the stories over REST."""

    def __init__(self, world: World) -> None:
        self.world = world
        acme = world.acme
        self.asha, self.ravi, self.meera, self.fritz, self.tess = (
            Rest(person) for person in (acme.asha, acme.ravi, acme.meera, acme.fritz, acme.tess)
        )

    def command(self, *codes: str, **more: Any) -> dict[str, Any]:
        with self.world.acme.scope():
            return self.world.command(*codes, **more)

    def propose(self, command: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A proposal of Asha's."""
        found: dict[str, Any] = self.asha.done(PROPOSALS, command or self.command(**more), 201)
        return found

    def named(self, name: str) -> dict[str, Any]:
        """A creation that differs from others by its name."""
        attributes = {**self.command()["flowAttributes"], "name": name}
        return self.propose(flowAttributes=attributes)

    def act(self, who: Rest, proposal: Mapping[str, Any], verb: str, **body: Any) -> dict[str, Any]:
        found: dict[str, Any] = who.done(f"{PROPOSALS}{proposal['id']}/{verb}/", body)
        return found

    def try_to(self, who: Rest, proposal: Mapping[str, Any], verb: str, **body: Any) -> Any:
        return who.post(f"{PROPOSALS}{proposal['id']}/{verb}/", body)

    def approve_both(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        self.act(self.ravi, proposal, "approve", comment="Ours")
        return self.act(self.meera, proposal, "approve", comment="Theirs")

    def made(self, *codes: str, **more: Any) -> dict[str, Any]:
        """A flow that came by a proposal; the answer for the physical flow."""
        done = self.approve_both(self.propose(self.command(*codes, **more)))
        assert done["state"] == "FULLY_APPROVED", done
        return self.physical(done)

    def physical(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.asha.read(f"{ROOT}physical/{proposal['physicalFlowId']}/")
        return found


def snapshot(world: World) -> list[Any]:
    """Every row of proposals and the catalogue, and the audit; two are equal when nothing has changed."""
    with world.acme.scope():
        return [list(table._base_manager.order_by("pk").values()) for table in TABLES]


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert answer.status_code == status, answer.content
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code, problem
    assert answer.headers["Content-Type"] == "application/problem+json"
    return problem
