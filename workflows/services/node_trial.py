"""Do the work of an automatic step once with a made-up request, so that nothing outside changes.

Nothing is stored and nobody is told. Calls and queries that only read are made by those who may publish the workflow; whatever
would change something, or carries a secret, is told instead of sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils import timezone
from pydantic import ValidationError

from accounts.models import Membership
from workflows import policies
from workflows.graph.document import problem_message, problem_path
from workflows.nodes.base import AskedState, Chained, Done, NodeFailure, NodeKind, Pause, Question, Work
from workflows.nodes.egress import Answer, Call
from workflows.nodes.registry import KINDS
from workflows.nodes.templating import HIDDEN, RECORD, SHOWN
from workflows.selectors.drafts import Draft
from workflows.selectors.machines import shown_answers
from workflows.selectors.people import persons
from workflows.services.machine_tools import RunTools

SECONDS: Final = 10
MOST: Final = 8_000
_NOBODY: Final = UUID(int=0)
# What doing a kind of work may raise because of its settings; see services.machine_work.
_FAULTS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class NotSent(NodeFailure):
    """The work would have reached out; the text shows how."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. ``tone``: good, warn (it was stopped before it did anything outside) or bad."""

    tone: str
    words: str
    output: str = ""
    details: tuple[tuple[str, str], ...] = ()
    title: str = ""
    """Of the link, where a saved task has several."""
    answer: Done | Pause | None = None


@dataclass
class TrialTools(RunTools):
    """The world of a trial: what reads is done, what changes is told."""

    sends: bool = False

    def call(self, call: Call) -> Answer:
        secrets = self.secrets_in(call)
        if self.sends and call.method == "GET" and not secrets:
            return super().call(call)
        call = self.written(call, _named, _named, _named)
        why = "it carries a secret" if secrets else "it may change something there"
        why = why if self.sends else "only those who may publish the workflow try calls"
        headers = "\n".join(f"{name}: {value}" for name, value in call.headers.items())
        body = call.body.decode("utf-8", "replace")
        raise NotSent(f"Not sent, because {why}.\n{call.method} {call.url}\n{headers}\n\n{body}".strip(), again=False)

    def file(self, name: str) -> tuple[str, bytes]:
        raise NotSent(f"It would read the file in the field {name}; a sample has none.", again=False)

    def rows(self, connection: str, sql: str, values: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
        if not self.sends:
            raise NotSent("Not asked, because only those who may publish the workflow try queries.", again=False)
        return super().rows(connection, sql, values, most)

    def incoming(self) -> Any | None:
        return None

    def asked(self, key: UUID) -> AskedState | None:
        return None

    def ask(self, question: Question) -> AskedState:
        shown = f"{question.subject}\n\n{question.text}".strip()
        raise NotSent(f"It would send a link that decides.\n{shown}", again=False)

    def chained(self, key: UUID, workflow: str, data: Mapping[str, Any]) -> Chained:
        shown = json.dumps(dict(data), ensure_ascii=False, indent=2, default=str)
        raise NotSent(f"It would start a request of {workflow} with\n{shown}", again=False)


def _named(secret: str, _: bool) -> str:
    return f"{{{{ {HIDDEN}.{secret} }}}}"


def node_trial(
    draft: Draft,
    key: str,
    kind_name: str,
    params: Mapping[str, Any],
    sample: Mapping[str, Any],
    at: datetime | None = None,
) -> Trial:
    """Do the work of a step with these settings and values of placeholders. Never raises for what they may hold."""
    moment = at or timezone.now()
    return world_trial(draft, key, kind_name, params, sample_world(draft, draft.actor, sample, moment), moment)


def world_trial(
    draft: Draft,
    key: str,
    kind_name: str,
    params: Mapping[str, Any],
    world: Mapping[str, Any],
    at: datetime,
    paused_until: datetime | None = None,
) -> Trial:
    """The same with all that placeholders may name, after a pause if there was one."""
    kind = KINDS.get(kind_name)
    if kind is None:
        return Trial("bad", "There is no such kind of work. Choose one of the list.")
    try:
        found = kind.params.model_validate(dict(params))
    except ValidationError as error:
        wrong = tuple((problem_path(one["loc"]), problem_message(one["msg"])) for one in error.errors())
        return Trial("bad", "Correct the settings first.", details=wrong)
    answers = world[RECORD] if isinstance(world[RECORD], Mapping) else {}
    shown = shown_answers(draft.form, answers, {}, draft.definition.organisation_id)
    return _done(kind, found, replace(_work(draft, key, {**world, SHOWN: shown}, at), paused_until=paused_until))


def _done(kind: NodeKind[Any], params: Any, work: Work) -> Trial:
    try:
        answer = kind.run(params, work)
    except NotSent as told:
        first, _, rest = told.text.partition("\n")
        return Trial("warn", first, rest[:MOST])
    except NodeFailure as failure:
        return Trial("bad", failure.text)
    except _FAULTS as error:
        return Trial("bad", f"It broke off: {type(error).__name__}. Check the settings and the sample.")
    if not isinstance(answer, Done):
        until = f" until {answer.until:%d %b %Y, %H:%M} UTC" if answer.until else ""
        return Trial("good", f"It {answer.note}{until}.", answer=answer)
    details = [
        (f"Field {name}", json.dumps(value, ensure_ascii=False, default=str)) for name, value in answer.fields.items()
    ]
    details += [(f"File {one.name}", f"{len(one.content):,} bytes") for one in answer.artifacts]
    details += [(f"Message to {', '.join(one.to)}", f"{one.subject}\n{one.text}".strip()) for one in answer.messages]
    output = json.dumps(answer.output, ensure_ascii=False, indent=2, default=str)
    words = "It works with this sample. Nothing was stored or sent."
    return Trial("good", words, output[:MOST], tuple(details), answer=answer)


def _work(draft: Draft, key: str, world: Mapping[str, Any], at: datetime) -> Work:
    organisation, actor = draft.definition.organisation, draft.actor
    sends = policies.definitions.may(actor, "publish", draft.definition)
    tools = TrialTools(
        organisation_id=organisation.id,
        organisation_slug=organisation.slug,
        time_zone=organisation.time_zone,
        run_id=_NOBODY,
        task_id=_NOBODY,
        step=key,
        round=0,
        timeout=SECONDS,
        data={},
        sends=sends,
    )
    return Work(_NOBODY, draft.definition.id, key, 1, uuid4(), at, SECONDS, world, tools)


def sample_world(draft: Draft, actor: Membership, sample: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What placeholders may name in a trial: the person who tries as requester, and the given values by path."""
    me = persons(actor.organisation_id, [actor.id]).get(actor.id)
    world: dict[str, Any] = {
        "run": {"id": str(_NOBODY), "number": 1, "title": "Sample"},
        "workflow": {"id": str(draft.definition.id), "name": draft.definition.name},
        "record": dict.fromkeys(draft.form.by_name),
        "requester": me.facts() if me is not None else {},
        "context": {},
        "previous": None,
        "callback": {},
        "today": at.date().isoformat(),
        "now": at.isoformat(timespec="seconds"),
    }
    for path, value in sample.items():
        _put(world, path.split("."), value)
    return world


def sample_paths(kind_name: str, params: Mapping[str, Any]) -> list[str]:
    """The placeholders of the settings that a sample fills in; those of people, times and secrets are known."""
    kind = KINDS.get(kind_name)
    if kind is None:
        return []
    try:
        found = kind.params.model_validate(dict(params))
    except ValidationError:
        return []
    names = dict.fromkeys(_stored(path) for _, path in kind.names(found))
    return [
        one
        for one in names
        if one.partition(".")[0] in ("record", "context", "previous") and not one.startswith(HIDDEN)
    ]


def _stored(path: str) -> str:
    """Where a sample fills in what the path names: what is shown follows from what is stored."""
    root, dot, rest = path.partition(".")
    return f"{RECORD}{dot}{rest}" if root == SHOWN else path


def _put(world: dict[str, Any], parts: list[str], value: Any) -> None:
    here: Any = world
    for part in parts[:-1]:
        inner = here.get(part)
        if not isinstance(inner, dict):
            inner = here[part] = {}
        here = inner
    here[parts[-1]] = value
