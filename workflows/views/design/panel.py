"""What the settings panel shows of a step, a way and the workflow: values as they stand in the draft, and what can be chosen."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from forms_builder.schema.parts import Access
from workflows.approval import RuleKind as Quorum
from workflows.drafting.edits.rule_places import rule_at, rule_place
from workflows.drafting.places import place_of
from workflows.graph.contexts import assignee_context, transition_context
from workflows.graph.document import AssigneeMode, ByMail, Escalation, Fallback, StepKind
from workflows.graph.gateways import JoinMode
from workflows.graph.sentences import DEEDS, FALLBACKS, KINDS, rule_sentence
from workflows.graph.timing import MAX_RUNGS, HardEnd, RungSide
from workflows.selectors.drafts import Draft
from workflows.selectors.rule_desk import people_choices

Choice = tuple[str, str]

MODES: Final[Mapping[AssigneeMode, str]] = {
    AssigneeMode.ONE: "One, chosen by who decides before",
    AssigneeMode.ANY: "All of them, the first decision counts",
    AssigneeMode.ROUND_ROBIN: "One after the other, in turn",
    AssigneeMode.LEAST_LOADED: "Who has the fewest open tasks",
    AssigneeMode.PREVIOUS_HOLDER: "Who decided it last time",
    AssigneeMode.PANEL: "A panel that votes",
}
QUORUMS: Final[Mapping[Quorum, str]] = {
    Quorum.ALL: "Everybody must agree",
    Quorum.ANY: "One approval is enough",
    Quorum.COUNT: "So many must agree",
    Quorum.PERCENT: "So many percent must agree",
    Quorum.PER_GROUP: "So many of each group",
    Quorum.SEQUENCE: "Everybody, one after the other",
    Quorum.WEIGHTS: "So many points",
}
JOINS: Final[Mapping[JoinMode, str]] = {
    JoinMode.ALL: "Every branch that is on its way",
    JoinMode.ANY: "The first branch",
    JoinMode.COUNT: "So many branches",
    JoinMode.NAMED: "Certain branches",
}
MAILS: Final[Mapping[ByMail, str]] = {
    ByMail.OFF: "No, mails lead to the page",
    ByMail.LINK: "Yes, with the link in the mail",
    ByMail.LOGIN: "Yes, after signing in",
}
LEVELS: Final[Sequence[Choice]] = (
    ("hidden", "Hidden"),
    ("read", "Read"),
    ("write", "Write"),
    ("required", "Required"),
)
LIMITS: Final[Sequence[Choice]] = (
    ("inherit", "Workflow’s"),
    ("own", "Its own"),
    ("off", "None"),
)
SIDES: Final[Mapping[RungSide, str]] = {RungSide.BEFORE: "before it is due", RungSide.AFTER: "after it is due"}
ENDS: Final[Mapping[HardEnd, str]] = {HardEnd.FAIL: "it fails", HardEnd.KILL: "it is stopped"}
ACTED_ON: Final = (StepKind.START, StepKind.TASK)
WHO: Final[Sequence[Choice]] = (("rule", "By a rule"), ("requester", "Requester"), ("nobody", "Nobody"))
ICONS: Final[Mapping[StepKind, str]] = {
    StepKind.START: "player-play",
    StepKind.TASK: "user-check",
    StepKind.END: "flag",
    StepKind.FORK: "arrows-split-2",
    StepKind.JOIN: "arrows-join-2",
    StepKind.NOOP: "point",
    StepKind.AUTO: "robot",
}


def options(words: Mapping[Any, str]) -> list[Choice]:
    """Words as the choices of a select."""
    return [(str(key), text) for key, text in words.items()]


def step_facts(draft: Draft, step: Mapping[str, Any]) -> dict[str, Any]:
    """What the panel of a step is given besides the step itself."""
    key, kind = str(step["key"]), str(step["kind"])
    own = f"graph/steps/{key}"
    steps = draft.document["graph"].get("steps", ())
    others = [(str(one["key"]), str(one["name"])) for one in steps if one.get("kind") == "task"]
    facts: dict[str, Any] = {
        "ways": ways_of(draft, key),
        "access": access_of(draft, key) if kind in ACTED_ON or kind == "end" else [],
        "levels": LEVELS,
        "kind_words": KINDS[StepKind(kind)],
        "kind_icon": ICONS[StepKind(kind)],
        "who_choices": WHO,
    }
    if kind == "task":
        facts |= {
            "assignee": assignee_of(draft, step),
            "others": [one for one in others if one[0] != key],
            "sla": limit_of(step.get("sla", {}), f"{own}/sla"),
            "timeout": timeout_of(step.get("timeout"), f"{own}/timeout"),
            "way_names": [name for _, name in facts["ways"]],
        }
        facts["approval"] = approval_of(draft, step)
        facts["outside"] = outside_of(draft, step)
    if kind == "join":
        facts["join"] = join_of(draft, step)
    return facts


def way_facts(draft: Draft, way: Mapping[str, Any]) -> dict[str, Any]:
    """What the panel of a way is given."""
    names = {str(one["key"]): str(one["name"]) for one in draft.document["graph"].get("steps", ())}
    return {
        "condition": rule_card(draft, f"graph/transitions/{way['key']}/condition"),
        "source_name": names.get(str(way.get("from")), ""),
        "target_name": names.get(str(way.get("to")), ""),
        "is_from_gateway": _kind_of(draft, str(way.get("from"))) in ("fork", "noop", "join", "auto"),
    }


def workflow_facts(draft: Draft) -> dict[str, Any]:
    """What the panel of the workflow is given."""
    graph = draft.document["graph"]
    people = people_choices(draft.definition.organisation_id)
    named = [str(one.get("id") or one["kind"]) for one in graph.get("stakeholders", ())]
    fixed = [(one.value, FALLBACKS[one].capitalize()) for one in Fallback if one is not Fallback.MANAGER_OF_MANAGER]
    return {
        "sla": limit_of(graph.get("sla") or {}, "graph/sla"),
        "separation": graph.get("separation", {}),
        "others": [(str(one["key"]), str(one["name"])) for one in graph.get("steps", ()) if one.get("kind") == "task"],
        "timeouts": [
            ("The whole request", timeout_of(graph.get("timeout"), "graph/timeout")),
            ("Every task", timeout_of(graph.get("task_timeout"), "graph/task_timeout")),
        ],
        "stakeholders": named,
        "stakeholder_choices": [*fixed, *people],
        "steps": [(str(one["key"]), str(one["name"]), str(one["kind"])) for one in graph.get("steps", ())],
    }


def ways_of(draft: Draft, key: str) -> list[Choice]:
    """The ways out of a step: key and name."""
    graph = draft.document["graph"]
    names = {str(one["key"]): str(one["name"]) for one in graph.get("steps", ())}
    return [
        (str(way["key"]), str(way.get("name") or names.get(str(way.get("to")), way.get("to"))))
        for way in graph.get("transitions", ())
        if way.get("from") == key
    ]


def access_of(draft: Draft, key: str) -> list[dict[str, Any]]:
    """What the step does with every field, and what the field is where no step says anything."""
    words = dict(LEVELS)
    found = []
    for field in draft.document["form"].get("fields", ()):
        default = str(field.get("default_access", Access.HIDDEN))
        level = (field.get("access") or {}).get(key, "")
        found.append({
            "name": field["name"], "label": field.get("label", field["name"]), "level": level,
            "default": words.get(default, default).lower(), "is_static": field.get("type") == "static",
        })  # fmt: skip
    return found


def rule_card(draft: Draft, place: str) -> dict[str, Any]:
    """A rule as the panel shows it: its sentence, and where it is edited."""
    found = rule_place(draft.document, place)
    rule = rule_at(draft.document, found)
    context = assignee_context(draft.form) if found.sort.kind == "assignee" else transition_context(draft.form)
    words = rule_sentence(rule, context) if isinstance(rule, Mapping) else ""
    address = reverse("design_rule", args=[draft.definition.id])
    return {
        "place": place,
        "noun": found.sort.noun,
        "icon": found.sort.icon,
        "words": words[:1].upper() + words[1:],
        "empty": found.sort.empty,
        "is_set": isinstance(rule, Mapping),
        "url": f"{address}?{urlencode({'place': place})}",
    }


def assignee_of(draft: Draft, step: Mapping[str, Any]) -> dict[str, Any]:
    assignee = step.get("assignee")
    given: Mapping[str, Any] = assignee if isinstance(assignee, Mapping) else {}
    separation = given.get("separation", {})
    by_rule = isinstance(given.get("rule"), Mapping)
    return {
        "who": "rule" if by_rule else "requester" if given else "nobody",
        "rule": rule_card(draft, f"graph/steps/{step['key']}/assignee/rule") if by_rule else None,
        "mode": given.get("mode", "one"),
        "modes": options(MODES),
        "fallback": chain_of(given.get("fallback", ())),
        "fallbacks": options(FALLBACKS),
        "not_requester": separation.get("not_requester", True),
        "not_own_delegate": separation.get("not_own_delegate", False),
        "not_same_as": separation.get("not_same_as", ()),
        "by_mail": given.get("by_mail", "off"),
        "mails": options(MAILS),
    }


def outside_of(draft: Draft, step: Mapping[str, Any]) -> dict[str, Any] | None:
    """Whom without an account the step asks; None where it is not decided by one person whom a rule names."""
    assignee = step.get("assignee")
    if not isinstance(assignee, Mapping) or not isinstance(assignee.get("rule"), Mapping):
        return None
    if assignee.get("mode") == "panel":
        return None
    given = assignee.get("outside") or {}
    fields = draft.document["form"].get("fields", ())
    return {
        "addresses": "\n".join(given.get("addresses", ())),
        "fields": given.get("fields", ()),
        "choices": [(one["name"], one.get("label", one["name"])) for one in fields if one.get("type") == "text"],
        "days": given.get("days", 14),
        "code": given.get("code", False),
        "subject": given.get("subject", ""),
        "text": given.get("text", ""),
    }


def approval_of(draft: Draft, step: Mapping[str, Any]) -> dict[str, Any] | None:
    approval = step.get("approval")
    if not isinstance(approval, Mapping):
        return None
    own = f"graph/steps/{step['key']}/approval"
    return {
        **approval,
        "quorums": options(QUORUMS),
        "veto_card": rule_card(draft, f"{own}/veto"),
        "group_cards": [
            one | {"card": rule_card(draft, f"{own}/groups/{row}/rule")}
            for row, one in enumerate(approval.get("groups", ()))
        ],
        "weight_cards": [
            one | {"card": rule_card(draft, f"{own}/weights/{row}/rule")}
            for row, one in enumerate(approval.get("weights", ()))
        ],
    }


def join_of(draft: Draft, step: Mapping[str, Any]) -> dict[str, Any]:
    graph = draft.document["graph"]
    names = {str(one["key"]): str(one["name"]) for one in graph.get("steps", ())}
    join = step.get("join") or {}
    return {
        "mode": join.get("mode", "all"),
        "modes": options(JOINS),
        "count": join.get("count") or 2,
        "ways": join.get("ways", ()),
        "incoming": [
            (str(way["key"]), f"from “{names.get(str(way['from']), way['from'])}”")
            for way in graph.get("transitions", ())
            if way.get("to") == step["key"]
        ],
        "condition": rule_card(draft, place_of("graph", "steps", str(step["key"]), "join", "condition")),
    }


def limit_of(given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """A time limit with a spare rung to fill in."""
    rungs = [dict(one) for one in given.get("rungs", ())]
    return {
        "place": place,
        "is_step": place != "graph/sla",
        "mode": given.get("mode", "inherit"),
        "modes": LIMITS,
        "period": given.get("period", ""),
        "remind_after": given.get("remind_after", ""),
        "escalate": given.get("escalate", "manager"),
        "escalations": [
            (Escalation.MANAGER.value, "goes to the manager"),
            (Escalation.NONE.value, "stays, marked overdue"),
        ],
        "fallback": chain_of(given.get("fallback", ())),
        "fallbacks": options(FALLBACKS),
        "rungs": [*rungs, {}] if len(rungs) < MAX_RUNGS else rungs,
        "has_rungs": bool(rungs),
        "deeds": options(DEEDS),
        "sides": options(SIDES),
    }


def timeout_of(given: Any, place: str) -> dict[str, Any]:
    found: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    return {
        "place": place,
        "soft": found.get("soft", ""),
        "hard": found.get("hard", ""),
        "then": found.get("then", "fail"),
        "ends": options(ENDS),
    }


def chain_of(given: Sequence[str]) -> list[str]:
    """The fallbacks with one more place to fill in."""
    return [*given, ""][: len(Fallback)]


def _kind_of(draft: Draft, key: str) -> str:
    return next((str(one["kind"]) for one in draft.document["graph"].get("steps", ()) if one["key"] == key), "")
