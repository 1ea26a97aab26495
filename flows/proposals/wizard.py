"""The propose wizard as data: its steps, what a draft holds, and the command that a draft amounts to. No database.

A draft is a JSON object with one section per finished step, named like the step, and ``schema_version``; that of a change has
the flow from which it was made under ``before``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from flows.proposals.diff import Before, drift, merged
from flows.proposals.flow_def import FlowAttributes

SCHEMA_VERSION: Final = 1
CREATE, UPDATE, REMOVE = "CREATE", "UPDATE", "REMOVE"
BEFORE: Final = "before"

Section = dict[str, Any]
Draft = dict[str, Any]


class Step(StrEnum):
    ROUTE = "route"
    SPECIFICATION = "specification"
    DELIVERY = "delivery"
    DATA_TYPES = "data-types"
    REASON = "reason"
    SUMMARY = "summary"

    @property
    def heading(self) -> str:
        return TITLES[self]


TITLES: Final[Mapping[Step, str]] = {
    Step.ROUTE: "Route",
    Step.SPECIFICATION: "Specification",
    Step.DELIVERY: "Delivery characteristics",
    Step.DATA_TYPES: "Data types",
    Step.REASON: "Reason",
    Step.SUMMARY: "Check and propose",
}
STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    CREATE: (Step.ROUTE, Step.SPECIFICATION, Step.DELIVERY, Step.DATA_TYPES, Step.REASON),
    UPDATE: (Step.DELIVERY, Step.DATA_TYPES, Step.REASON),
    REMOVE: (Step.REASON,),
}
PLACES: Final[Mapping[str, Step]] = {
    "source": Step.ROUTE,
    "target": Step.ROUTE,
    "logicalFlowId": Step.ROUTE,
    "specification": Step.SPECIFICATION,
    "flowAttributes": Step.DELIVERY,
    "dataTypeIds": Step.DATA_TYPES,
    "reason": Step.REASON,
}
"""Which step answers for which part of the command."""

_DELIVERY: Final = {
    "name": "name",
    "transport": "transport",
    "frequency": "frequency",
    "basis_offset": "basisOffset",
    "criticality": "criticality",
    "description": "description",
    "external_id": "externalId",
}
_SPECIFICATION: Final = {
    "name": "name",
    "description": "description",
    "format": "format",
    "external_id": "externalId",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A step as the row of steps shows it."""

    step: Step
    number: int
    done: bool
    current: bool
    locked: bool = False
    """It cannot be done again: a revision keeps its route."""

    @property
    def title(self) -> str:
        return self.step.heading


def empty_draft() -> Draft:
    return {"schema_version": SCHEMA_VERSION}


def marks(
    proposal_type: str, draft: Mapping[str, Any], current: Step, *, fixed_route: bool = False
) -> tuple[Mark, ...]:
    """The steps of this kind of proposal, with a tick for each that is finished."""
    return tuple(
        Mark(step, number, step.value in draft, step is current, fixed_route and step is Step.ROUTE)
        for number, step in enumerate(STEPS[proposal_type], start=1)
    )


def missing(proposal_type: str, draft: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps that are still to be done."""
    return tuple(step for step in STEPS[proposal_type] if step.value not in draft)


def after(proposal_type: str, step: Step) -> Step:
    """The step that follows."""
    steps = (*STEPS[proposal_type], Step.SUMMARY)
    return steps[min(steps.index(step) + 1, len(steps) - 1)] if step in steps else steps[0]


def before(proposal_type: str, step: Step) -> Step | None:
    steps = (*STEPS[proposal_type], Step.SUMMARY)
    place = steps.index(step) if step in steps else 0
    return steps[place - 1] if place else None


def with_section(draft: Mapping[str, Any], step: Step, section: Section) -> Draft:
    """The draft with a step finished. A specification of other ends does not outlive a change of the route."""
    changed = {**draft, "schema_version": SCHEMA_VERSION, step.value: section}
    if step is Step.ROUTE and Step.SPECIFICATION in changed:
        owner = changed[Step.SPECIFICATION].get("owner")
        if owner not in (section["source"], section["target"]):
            del changed[Step.SPECIFICATION]
    return changed


def command(proposal_type: str, draft: Mapping[str, Any], physical_flow: str | None = None) -> dict[str, Any]:
    """The command of a finished draft, with the keys of the interface. Raises KeyError for an unfinished one."""
    route, spec = draft[Step.ROUTE], draft[Step.SPECIFICATION]
    delivery, reason = draft[Step.DELIVERY], draft[Step.REASON]
    kinds = {route["source"]: route["source_kind"], route["target"]: route["target_kind"]}
    owner = spec["owner"]
    return {
        "source": {"kind": route["source_kind"], "id": route["source"]},
        "target": {"kind": route["target_kind"], "id": route["target"]},
        "reason": {"code": reason["code"], "description": reason["description"]},
        "logicalFlowId": route.get("logical"),
        "physicalFlowId": physical_flow,
        "specification": {
            "id": spec.get("id"),
            "owningEntity": {"kind": kinds.get(owner, route["source_kind"]), "id": owner},
            **_named(spec, _SPECIFICATION),
        },
        "flowAttributes": _named(delivery, _DELIVERY),
        "dataTypeIds": list(draft[Step.DATA_TYPES]["ids"]),
        "proposalType": proposal_type,
    }


def draft_of(made: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Draft:
    """The draft that a command amounts to: to revise a proposal, or to begin a change of a flow, which was like ``before``."""
    spec, delivery = made.get("specification") or {}, made.get("flowAttributes") or {}
    reason = made.get("reason") or {}
    draft: Draft = {
        **empty_draft(),
        Step.ROUTE.value: {
            "source": made["source"]["id"],
            "source_kind": made["source"]["kind"],
            "target": made["target"]["id"],
            "target_kind": made["target"]["kind"],
            "logical": made.get("logicalFlowId"),
        },
        Step.SPECIFICATION.value: {
            "id": spec.get("id"),
            "owner": (spec.get("owningEntity") or made["source"])["id"],
            **_renamed(spec, _SPECIFICATION),
        },
        Step.DELIVERY.value: _renamed(delivery, _DELIVERY),
        Step.DATA_TYPES.value: {"ids": list(made.get("dataTypeIds") or ())},
    }
    if reason:
        draft[Step.REASON.value] = {
            "code": reason.get("code") or "",
            "description": reason.get("description") or "",
        }
    return draft | ({BEFORE: dict(before)} if before else {})


def caught_up(draft: Mapping[str, Any], now: Before, spoken: Callable[[str, Any], str]) -> tuple[Draft, list[str]]:
    """The draft of a change upon the flow as it is now, and in words what has changed of the flow since it was begun."""
    then = Before.load(draft.get(BEFORE))
    texts = drift(then, now, spoken)
    if then is None or not texts:
        return dict(draft), []
    ids = frozenset(map(UUID, draft[Step.DATA_TYPES]["ids"]))
    found = merged(Before(FlowAttributes.model_construct(**draft[Step.DELIVERY]), ids), then, now)
    changed = {
        Step.DELIVERY.value: found.attributes.model_dump(),
        Step.DATA_TYPES.value: {"ids": sorted(map(str, found.data_type_ids))},
        BEFORE: now.dump(),
    }
    return {**draft, **changed}, texts


def problems_by_step(fields: Mapping[str, Sequence[str]]) -> tuple[tuple[Step | None, str], ...]:
    """What is wrong with a command, beside the step where it is put right; None where no step answers for it."""
    return tuple((PLACES.get(path.partition(".")[0]), text) for path, texts in fields.items() for text in texts)


def _named(section: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {key: section.get(name, "") for name, key in names.items()}


def _renamed(part: Mapping[str, Any], names: Mapping[str, str]) -> Section:
    return {name: "" if part.get(key) is None else part[key] for name, key in names.items()}
