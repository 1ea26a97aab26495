"""Data flows and their proposals: what is hard to lay out is here, such as long names, many approvers, many flows, none."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace as Some
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import mark_safe

from flows.catalogue.diagram import Box, Side, flow_svg, flow_svg_narrow
from flows.catalogue.selectors.entities import Neighbour, Neighbours, People
from flows.catalogue.selectors.facets import Facet, FacetValue
from flows.catalogue.selectors.flows import FlowWithDeliveries
from flows.catalogue.selectors.history import HistoryEntry, ProposalRow
from flows.catalogue.selectors.rows import End, EntityRow, LogicalRow, PhysicalRow
from flows.forms import DataTypesForm, DeliveryForm, ReasonForm
from flows.proposals.selectors.changes import ChangedField, ShownDiff
from flows.proposals.selectors.choices import Sharer, TypeRow
from flows.proposals.selectors.proposal_page import Entry, ShownPerson, ShownSide, ShownType
from flows.proposals.wizard import CREATE, Step, marks
from flows.views.dashboard import HEADS, Head, Pill
from tests.browser.gallery.parts import ID, Page, ago, tab
from workflows.selectors.tracking import StepperStep

LONG: Final = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
WORDY: Final = "Consolidated regulatory transaction reporting and reconciliation platform (EMEA and Asia-Pacific)"
PEOPLE: Final = ("Asha", "Farid", "Fiona", "Fritz", "Hari", "Hema", "Imran", "Meera", "Omar", "Ravi", "Tess", "Yusuf")
REASONS: Final = [("NEW", "New requirement - A new or changed business need."), ("AUDIT", "Audit finding")]
ENUMS: Final = {
    kind: [("A", "File transport"), ("B", "Messaging")] for kind in ("transport", "frequency", "criticality")
}


def end(name: str, kind: str = "application") -> End:
    return End(ID, name, kind, f"APP-{name[:6].upper()}", is_external=kind == "actor")


ORDERS, LEDGER, HUGE = end("Orders"), end("Ledger"), end(LONG)


def logical(source: End, target: End, count: int = 2) -> LogicalRow:
    types = tuple(f"Data type {number}" for number in range(8))
    return LogicalRow(ID, source, target, "", "ACTIVE", "Active", False, types, count, count - 1)


def physical(title: str, source: End = ORDERS, target: End = LEDGER) -> PhysicalRow:
    said = ("File transport", "Daily", "Medium", "T")
    return PhysicalRow(
        ID,
        title,
        ID,
        source,
        target,
        "Orders file",
        "Flat file",
        *said,
        "ACTIVE",
        "Active",
        False,
        1,
        ("Trade", "Party"),
    )


def proposal_rows() -> tuple[ProposalRow, ...]:
    return tuple(
        ProposalRow(ID, number, "Create", "Pending approval", "accent", True, LONG, WORDY, "Asha", ago(hours=number))
        for number in range(38, 33, -1)
    )


def history() -> tuple[HistoryEntry, ...]:
    changes = (("frequency", "Daily", "Weekly"), ("description", "", "Once a week, after the books are closed."))
    return (
        HistoryEntry("Changed", "flow", ago(days=1), "Omar", "The night run failed", True, "", None, changes),
        HistoryEntry("Proposed and made", "flow", ago(days=9), "Asha", "", False, str(ID), 12, ()),
    )


def catalogue(key: str) -> Callable[[], Page]:
    def made() -> Page:
        rows: dict[str, list[Any]] = {
            "applications": [
                EntityRow(
                    ID, name, "application", "Application", f"APP-{n}", "Finance", life, life.title(), n, 9 * n, n % 2
                )
                for n, (name, life) in enumerate([("Orders", "ACTIVE"), (LONG, "PENDING"), (WORDY, "RETIRED")] * 3)
            ],
            "physical": [physical(title) for title in ("orders-eod", "x" * 90)],
            "logical": [],
        }
        values = tuple(FacetValue(str(n), f"A value {n}", str(40 - n), n == 1) for n in range(9))
        return "flows/catalogue.html", {
            "tabs": [tab("Applications", 0, key == "applications"), tab("Logical flows"), tab("Physical flows")],
            "tab": key,
            "label": key.title(),
            "q": "",
            "hint": "Name or external id",
            "query": f"tab={key}",
            "page": Some(rows=rows[key], next="abc", previous="abc", count="2,000+"),
            "facets": [Facet("status", "Status", values), Facet("department", "Department", values[:2])],
            "chosen": 1,
            "narrowed": key != "logical",
            "clear_url": "#",
            "may_propose": True,
            "may_import": True,
        }

    return made


def entity(count: int) -> Callable[[], Page]:
    """An entity with so many neighbours on each side."""

    def made() -> Page:
        ends = [
            end(LONG if n % 5 == 4 else f"Application {n}", "actor" if n % 3 else "application") for n in range(count)
        ]
        rows = tuple(Neighbour(one, ID if n % 4 else None, ID, n) for n, one in enumerate(ends))
        side = Neighbours(rows, str(count), "240 more" if count else "")
        boxes = Side(
            [
                Box(one.name, one.kind, "Proposed" if not n % 4 else "Application, 2 physical", "#", not n % 4)
                for n, one in enumerate(ends)
            ],
            side.left,
            "#",
        )
        centre = Box(WORDY, "application", "Application")
        listed = [FlowWithDeliveries(logical(HUGE, ORDERS), (physical("orders-eod"), physical("x" * 90)), 3)]
        return "flows/entity.html", {
            "entity": Some(
                id=ID,
                name=WORDY,
                kind="application",
                kind_label="Application",
                external_id="APP-77",
                description="What it is for.",
                department="Finance",
                lifecycle_status="ACTIVE",
                life_label="Active",
                modified_at=ago(days=3),
            ),
            "diagram": mark_safe(flow_svg(centre, boxes, boxes)),
            "diagram_narrow": mark_safe(flow_svg_narrow(centre, boxes, boxes)),
            "upstream": side,
            "downstream": side,
            "direction": "",
            "tabs": [tab("All", 0, True), tab("Incoming"), tab("Outgoing")],
            "page": Some(rows=listed if count else [], next="", previous=""),
            "people": People((), (), False, {"Source": False, "Target": False}),
            "proposals": proposal_rows() if count else (),
            "more_proposals": True,
            "may_propose": True,
            "may_break_glass": True,
        }

    return made


def flow_facts(**more: Any) -> Some:
    given = {
        "id": ID,
        "title": "orders-eod",
        "source": HUGE,
        "target": ORDERS,
        "external_id": "LF-12",
        "lifecycle_status": "ACTIVE",
        "life_label": "Active",
        "is_live": True,
        "is_readonly": False,
        "author": "Asha",
        "created_at": ago(days=40),
        "proposal_id": ID,
        "proposal_number": 12,
        "may_grow": True,
        "may_change": True,
        "description": "Each night.",
        "open_proposals": 1,
    }
    return Some(**given | more)


ABOUT: Final = {"more_proposals": False, "may_propose": True, "may_break_glass": True}


def logical_page() -> Page:
    rows = [physical("orders-eod"), physical("x" * 90)]
    shown = {"proposals": proposal_rows(), "history": history(), **ABOUT}
    return "flows/logical.html", {"flow": flow_facts(), "types": ["Trade", "Party"], "deliveries": rows, **shown}


def physical_page() -> Page:
    types = [Some(name="Trade", is_deprecated=False, is_unknown=False), Some(name="Old order", is_deprecated=True)]
    flow = flow_facts(
        logical=flow_facts(title=f"{LONG} → Orders"),
        owner=HUGE,
        specification_name="Orders file",
        types=types,
        attributes=(("Transport", "File transport"), ("External id", "x" * 90)),
        specification=(("Format", "Flat file"), ("Description", "")),
    )
    shown = {"sharing": [physical("shared-one")], "more_sharing": True}
    return "flows/physical.html", {"flow": flow, **shown, "proposals": (), "history": history(), **ABOUT}


def proposed(**more: Any) -> Some:
    given = {
        "id": ID,
        "number": 31,
        "version": 3,
        "revision": 2,
        "proposal_type": "CREATE",
        "get_proposal_type_display": "Create",
        "source": HUGE,
        "target": ORDERS,
        "maker_name": "Asha",
        "created_at": ago(days=2),
        "acted_at": ago(hours=2),
        "due_at": timezone.now() + timedelta(days=28),
        "is_open": True,
        "failure": "",
        "failed_at": None,
        "logical_flow_id": ID,
        "physical_flow_id": None,
    }
    return Some(**given | more)


def proposal(**more: Any) -> Page:
    people = tuple(ShownPerson(name, f"{name}@acme.example", is_maker=name == "Asha") for name in PEOPLE)
    out = ShownPerson("Hari", "hari@acme.example", away="(away until 5 Oct) → Farid, who is away too")
    voted = (
        ShownPerson("Ravi", "ravi@acme.example", "approve", ago(hours=2), by="Farid", away="(away until 5 Oct)"),
        out,
    )
    away = (ShownPerson("Meera on behalf of Fiona", "", "approve", ago(hours=4)),)
    context: dict[str, Any] = {
        "proposal": proposed(**more.pop("row", {})),
        "state_name": "Source approved",
        "tone": "accent",
        "outcome": "",
        "last_words": "",
        "reason": "Audit finding",
        "steps": [
            StepperStep("PENDING_APPROVALS", "Pending approval", "done", ago(days=2), "Asha"),
            StepperStep("SOURCE_APPROVED", "Source approved", "current", ago(hours=2), "Farid on behalf of Ravi"),
            StepperStep("OWNER_APPROVED", "Data protection officer approved", "ahead"),
            StepperStep("FULLY_APPROVED", "Fully approved", "ahead"),
        ],
        "details": [("Name", "x" * 120), ("Transport", "File transport"), ("Description", "")],
        "specification": [("Name", "Orders file"), ("Belongs to", LONG)],
        "diff": None,
        "data_types": (ShownType("Trading", "", 0, True), ShownType("Trade", "", 1)),
        "sides": (
            ShownSide(f"Source ({LONG})", "approved", 2, 2, ago(hours=2), (("Owner", voted),), away, False),
            ShownSide("Target (Orders)", "pending", 3, 1, None, (("Flow approver", people),), (), True),
        ),
        "timeline": [
            Entry("moved", "Asha", ID, "Proposed create → Pending approval", ago(days=2), "Auditors ask for it"),
            Entry(
                "voted",
                "Farid on behalf of Ravi",
                ID,
                "approved for Source",
                ago(hours=2),
                "",
                "good",
                "By the policy: one.",
            ),
            Entry("comment", "Hema", ID, "commented", ago(hours=1), "Is one hour enough?\nThe risk people asked."),
        ],
        "watchers": ["Meera"],
        "watches": True,
        "shown_hash": "h",
        "is_maker": False,
        "removes_the_last": False,
        "may": may(approve=True, reject=True),
        "behalf": "Ravi",
        "approve_sides": [("source", "Source on behalf of Ravi"), ("target", "Target on behalf of Ravi")],
        "reject_sides": [("target", "Target")],
        "sharing": (),
        "sharing_more": 0,
    }
    return "flows/proposal.html", {**context, **more}


def may(**rights: bool) -> Some:
    given = dict.fromkeys(("approve", "reject", "cancel", "resubmit", "retry"), False)
    side = Some(
        side_name="Source", entity_name=LONG, why_not_approve="You have proposed this; somebody else must agree."
    )
    return Some(**{**given, **rights}, sides=[side], why_not={"approve": "You do not speak for any side."})


def proposal_change() -> Page:
    fields = (ChangedField("Frequency", "Daily", "Weekly"), ChangedField("Description", "", "Over the bus now. " * 12))
    return proposal(
        row={"proposal_type": "UPDATE", "get_proposal_type_display": "Update", "physical_flow_id": ID},
        diff=ShownDiff((*fields, ChangedField("Name", "x" * 90, "y" * 90)), ("Order",), ("Party",), False),
        data_types=(ShownType("Party", "removed"), ShownType("Trading", "", 0, True), ShownType("Order", "added", 1)),
        sharing=(Sharer(ID, "ledger-copy", "Orders", LONG),),
        sharing_more=4,
        may=may(reject=True, cancel=True),
        is_maker=True,
        place="reject",
        errors=["A reason is required."],
    )


def proposal_failed() -> Page:
    row = {"failure": "The specification was removed in between.", "failed_at": ago(minutes=3)}
    return proposal(row=row, outcome="failed", may=may(retry=True))


def proposal_rejected() -> Page:
    shown = {"state_name": "Target rejected", "tone": "bad", "outcome": "rejected", "last_words": "We have it already."}
    return proposal(row={"is_open": False}, **shown, may=may(resubmit=True))


def dashboard(count: int) -> Callable[[], Page]:
    def made() -> Page:
        rows = [
            Some(
                proposal=proposed(),
                flow_name="x" * 70 if n == 1 else f"orders-{n}",
                data_types=["Trade", "Party"] * (1 + 5 * (n == 2)),
                state_name="Pending approval",
                tone="accent",
                waits_for="Source, Target",
                needs_me=n < 3,
                behalf=("Ravi", "Meera") if n == 1 else (),
            )
            for n in range(count)
        ]
        pills = [Pill("state", str(n), f"State number {n}", f"{99 * n}+", n == 1) for n in range(9)]
        heads = [Head(key, label, "#", "descending" if key == "acted" else "") for key, label in HEADS]
        return "flows/dashboard.html", {
            "tabs": [tab("Active", count, True), tab("Completed", 120)],
            "tab": "active",
            "q": "",
            "sort": "-acted",
            "groups": [("My actionables", pills[:2]), ("State", pills)],
            "narrowed": count != 0,
            "filtered": "3",
            "heads": heads,
            "decides": True,
            "page": Some(rows=rows, next="abc", previous="", count=""),
            "views": [Some(id=ID, name=name, url="#", current=name != "Mine") for name in ("Mine", "x" * 60)],
            "query": "state=1",
            "clear_url": "#",
            "filter_errors": [],
            "may_propose": True,
            "drafts": 2,
        }

    return made


def bulk() -> Page:
    rows = [
        Some(number=n, url="#" if n else "", title=f"#{n} {LONG} to Orders", done=bool(n), message="It was decided.")
        for n in range(4)
    ]
    return "flows/dashboard_bulk.html", {
        "rows": rows,
        "errors": [],
        "decision": "approve",
        "done": 3,
        "failed": 1,
        "back_url": "#",
    }


def begin() -> Page:
    titles = ("Orders to Ledger: orders-eod", f"{LONG} to Orders")
    drafts = [
        Some(
            id=ID,
            title=title,
            kind="Create",
            step="delivery",
            step_title="delivery",
            modified_at=ago(days=1),
            done=2,
            steps=5,
        )
        for title in titles
    ]
    ends = [
        Some(id=ID, name=one.name, kind=one.kind, kind_label="Application", external_id="A") for one in (ORDERS, HUGE)
    ]
    return "flows/proposal_new.html", {"q": "or", "ends": ends, "drafts": drafts, "may_propose": False}


def wizard(step: Step, form: Any, **more: Any) -> Page:
    data: dict[str, Any] = {
        Step.ROUTE.value: {"source": str(ID), "target": str(ID)},
        Step.SPECIFICATION.value: {"id": None},
    }
    return "flows/wizard.html", {
        "kind": CREATE,
        "draft": Some(id=ID),
        "revises": None,
        "step": step,
        "form": form,
        "back_url": "#",
        "steps": marks(CREATE, data, step),
        "route": {"source": HUGE, "target": ORDERS},
        "body": f"flows/wizard_{step.value}.html",
        **more,
    }


def wizard_delivery() -> Page:
    form = DeliveryForm({"name": "orders-eod", "basis_offset": "soon"}, enums=ENUMS)
    return wizard(Step.DELIVERY, form)


def wizard_types() -> Page:
    tree = [
        TypeRow(str(n), LONG if n == 5 else f"Data type {n}", n % 7, n % 7 != 0, n == 3, n == 6, n == 2)
        for n in range(18)
    ]
    form = DataTypesForm({}, offered=[], unknown=None)
    return wizard(
        Step.DATA_TYPES, form, tree=tree, sharing=(Sharer(UUID(int=1), "copy", "Orders", LONG),), sharing_more=2
    )


def wizard_summary() -> Page:
    sections = [
        {
            "step": "route",
            "title": "Route",
            "done": True,
            "url": "#",
            "facts": [("Source", LONG), ("Target", "Orders")],
        },
        {"step": "data-types", "title": "Data types", "done": True, "url": "#", "types": ["Trade", "Party"]},
        {"step": "reason", "title": "Reason", "done": False, "url": "#"},
    ]
    conflict = {"message": "Proposal #12 asks for the same already.", "url": "#", "label": "Go to the proposal"}
    shown = {
        "sections": sections,
        "conflict": conflict,
        "problems": [("Reason", "#", "Choose a reason.")],
        "ready": False,
    }
    return wizard(Step.SUMMARY, None, **shown, sharing=(), complete=False, idempotency_key="k")


def removal() -> Page:
    flow = Some(id=ID, name="orders-eod", external_id="PF-1", specification=Some(name="Orders file"))
    flow.logical_flow = Some(source=HUGE, target=ORDERS)
    return "flows/proposal_remove.html", {
        "flow": flow,
        "form": ReasonForm({}, reasons=REASONS),
        "is_last": True,
        "conflict": None,
    }


FLOW_PAGES: dict[str, Callable[[], Page]] = {
    "flows-catalogue": catalogue("applications"),
    "flows-catalogue-physical": catalogue("physical"),
    "flows-catalogue-empty": catalogue("logical"),
    "flows-entity": entity(12),
    "flows-entity-alone": entity(0),
    "flows-logical": logical_page,
    "flows-physical": physical_page,
    "proposal": proposal,
    "proposal-change": proposal_change,
    "proposal-failed": proposal_failed,
    "proposal-rejected": proposal_rejected,
    "proposals": dashboard(8),
    "proposals-empty": dashboard(0),
    "proposals-decided": bulk,
    "propose": begin,
    "propose-delivery": wizard_delivery,
    "propose-types": wizard_types,
    "propose-summary": wizard_summary,
    "propose-removal": removal,
}
