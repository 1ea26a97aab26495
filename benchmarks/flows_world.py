"""One organisation with a catalogue of data flows at size, and its people as they use it. Import only after ``world.prepare``."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, Membership, Organisation
from accounts.tenancy.scope import organisation_scope
from benchmarks.flows_rows import Rows, Sizes, entity_id, proposal_id
from config.context import FLOWS
from config.demo import scale
from flows.models import ApprovalSide, CatalogueEntity, DataType, InvolvementKind, LogicalFlow, ProposedFlow
from flows.proposals.selectors import pending_count
from flows.proposals.services.act import proposal_approve
from flows.proposals.services.acting import Outcome
from flows.proposals.services.propose import proposal_create
from flows.setup import PROPOSAL_WORKFLOW, organisation_prepare
from workflows.models import EntityWorkflow

PASSWORD: Final = "countersign-demo"
SLUG: Final = "flows"
AROUND: Final = ("BEGIN", "COMMIT")
Figures = dict[str, float]


def timed(step: Callable[[], object], times: int) -> Figures:
    """Milliseconds. The least is what it takes when nothing else wants the processor."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        step()
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {"least": took[0], "p50": took[times // 2], "p95": took[int(times * 0.95)], "max": took[-1]}


def counted(step: Callable[[], object]) -> float:
    """How many statements it makes, without BEGIN and COMMIT."""
    with CaptureQueriesContext(connection) as captured:
        step()
    return float(len([query for query in captured if query["sql"] not in AROUND]))


class Place:
    """The organisation, its people by number, and its rows."""

    def __init__(self, url: str, sizes: Sizes, people: int) -> None:
        logging.getLogger("countersign.request").setLevel(logging.WARNING)
        self.organisation = Organisation.objects.create(slug=SLUG, name="Flows", time_zone="Asia/Kolkata")
        with self.scope():
            organisation_prepare(self.organisation.id)
            department = Department.objects.create(organisation=self.organisation, code="OPS", name="Operations")
            scale.people(self.organisation.id, SLUG, people, [department.id], make_password(PASSWORD))
            rows = Membership.objects.select_related("user", "organisation")
            self.people: list[Membership] = sorted(rows, key=lambda one: int(one.name.split()[1]))
            self.rows = Rows(url, sizes, self._facts())
        self.sizes = sizes
        self.maker, self.busy, self.swamped, self.quiet = self.people[0], self.people[1], self.people[2], self.people[7]
        self._used = 0

    def scope(self) -> Any:
        return organisation_scope(self.organisation.id)

    def _facts(self) -> dict[str, Any]:
        kinds = dict(InvolvementKind.objects.values_list("code", "id"))
        sides = dict(ApprovalSide.objects.values_list("code", "id"))
        return {
            "organisation": self.organisation.id,
            "people": [one.id for one in self.people],
            "busy": self.people[1].id,
            "swamped": self.people[2].id,
            "owner": kinds["OWNER"],
            "approver": kinds["FLOW_APPROVER"],
            "source_side": sides["source"],
            "target_side": sides["target"],
            "workflow": EntityWorkflow.objects.get(code=PROPOSAL_WORKFLOW).id,
        }

    def owner_of(self, number: int) -> Membership:
        return self.people[number % len(self.people)]

    def ready(self, number: int) -> list[tuple[UUID, Membership]]:
        """So many proposals of which the target's word is missing, each with the person who may say it."""
        found = []
        with self.scope():
            types = [str(DataType.objects.get(code="TYPE_1").id)]
        for flow, source, target in self._flows(number):
            with self.scope():
                command = self._command(flow, source, target, types)
                made = proposal_create(actor=self.maker, flow_def=command)
                proposal_approve(proposal_id=made.id, actor=self.owner_of(source), side="source")
            found.append((made.id, self.owner_of(target)))
        return found

    def _flows(self, number: int) -> Iterator[tuple[LogicalFlow, int, int]]:
        """Flows between applications of three different people, none twice."""
        size = self.sizes.entities
        while number:
            self._used += 1
            source = (self._used * 17 + 3) % size
            target = source + 1
            people = {self.owner_of(source).id, self.owner_of(target).id, self.maker.id}
            if target >= size or len(people) < 3 or source % 100 in (1, 2) or target % 100 in (1, 2):
                continue
            with self.scope():
                flow = LogicalFlow.objects.get(source_id=entity_id(source), target_id=entity_id(target))
            yield flow, source, target
            number -= 1

    def _command(self, flow: LogicalFlow, source: int, target: int, types: list[str]) -> dict[str, Any]:
        ends = {
            name: {"kind": "APPLICATION", "id": str(entity_id(number))}
            for name, number in (("source", source), ("target", target))
        }
        return {
            **ends,
            "reason": {"code": "NEW_REQUIREMENT", "description": "Wanted"},
            "logicalFlowId": str(flow.id),
            "specification": {"owningEntity": ends["source"], "name": f"New {self._used}", "format": "JSON"},
            "flowAttributes": {"name": f"new-{self._used}", "transport": "WEB", "frequency": "DAILY"},
            "dataTypeIds": types,
            "proposalType": "CREATE",
        }

    def approve(self, ready: tuple[UUID, Membership]) -> None:
        """The last approval, which makes the flow."""
        ident, member = ready
        with self.scope():
            outcome = proposal_approve(proposal_id=ident, actor=member, side="target").outcome
        if outcome is not Outcome.FULLY_APPROVED:
            raise RuntimeError(f"The proposal came to {outcome}.")

    def finalise(self, times: int) -> Figures:
        """The last approval."""
        waiting = iter(self.ready(times + 11))
        for _ in range(10):
            self.approve(next(waiting))
        statements = counted(lambda: self.approve(next(waiting)))
        return timed(lambda: self.approve(next(waiting)), times) | {"statements": statements}

    def badge(self, member: Membership, times: int) -> Figures:
        def one() -> None:
            with self.scope():
                pending_count(member, FLOWS)

        one()
        with self.scope():
            waiting = pending_count(member)
        return timed(one, times) | {"statements": counted(one), "waiting": float(waiting)}

    def browser(self, member: Membership) -> Client:
        client = Client(headers={"host": f"{SLUG}.localhost"})
        client.post("/login/", {"email": member.email, "password": PASSWORD})
        return client

    def page(self, member: Membership, path: str, times: int) -> Figures:
        """A page as the person's browser gets it, answered in process."""
        client = self.browser(member)

        def one() -> None:
            answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}.")

        for _ in range(5):
            one()
        return {"statements": counted(one)} | timed(one, times)

    def pages(self) -> dict[str, tuple[Membership, str]]:
        """Who looks at what."""
        number = self.rows.proposals // 200 * 100  # its last two digits are 00: open
        dashboard, word = "/flows/proposals/", "cla"
        return {
            "dashboard": (self.quiet, dashboard),
            "dashboard, busy": (self.busy, dashboard),
            "dashboard, swamped": (self.swamped, dashboard),
            "pending list": (self.quiet, f"{dashboard}?actionable=outstanding"),
            "pending list, busy": (self.busy, f"{dashboard}?actionable=outstanding"),
            "pending list, swamped": (self.swamped, f"{dashboard}?actionable=outstanding"),
            "a word of 5,000 ends": (self.quiet, f"{dashboard}?q={word}"),
            "completed": (self.quiet, f"{dashboard}?tab=completed"),
            "completed, busy": (self.busy, f"{dashboard}?tab=completed"),
            "pending over REST": (self.busy, "/api/v1/flows/proposals/pending/"),
            "pending over REST, swamped": (self.swamped, "/api/v1/flows/proposals/pending/"),
            "type-ahead": (self.quiet, f"/flows/suggest/?q={word}"),
            "entity": (self.quiet, f"/flows/entities/{entity_id(self.sizes.entities // 3)}/"),
            "entity, hub": (self.quiet, f"/flows/entities/{entity_id(0)}/"),
            "catalogue": (self.quiet, f"/flows/?q={word}"),
            "proposal": (self.quiet, f"/flows/proposals/{proposal_id(number)}/"),
        }

    def counts(self) -> dict[str, int]:
        with self.scope():
            return {
                "entities": CatalogueEntity.objects.count(),
                "proposals": ProposedFlow.objects.count(),
                "open": ProposedFlow.objects.filter(is_open=True).count(),
            }
