"""The organisation's own library of automatic steps: a kind with its settings filled in, or several in a row."""

import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import ValidationError

from accounts.audit.record import record
from accounts.models import Membership
from accounts.services.directory import refuse_stale
from accounts.tenancy.errors import Invalid
from forms_builder.schema.parts import has_unstorable
from workflows import policies
from workflows.graph.automation import MOST_LINKS, Content, Link, Parameter
from workflows.graph.document import problem_message, problem_path
from workflows.graph.saved import NoSuchSetting, put
from workflows.machine_events import ConfiguredTaskDeleted, ConfiguredTaskSaved
from workflows.models import ConfiguredTask
from workflows.nodes.lint import ONCE, params_of
from workflows.nodes.registry import KINDS
from workflows.selectors.machines import ConfiguredTaskNotFound

MOST_SAVED: Final = 1_000
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")


@transaction.atomic
def configured_task_save(
    *,
    actor: Membership,
    name: str,
    nodes: Any,
    parameters: Any = None,
    description: str = "",
    key: str = "",
    task_id: UUID | None = None,
    seen: datetime | None = None,
    at: datetime | None = None,
) -> ConfiguredTask:
    """Keep one piece of work, or several in a row, under a name, new or in the place of ``task_id``.

    ``parameters`` are the settings that workflows may say anew; None leaves them. ``key`` is how documents name a new one, else
    it is made from the name; it never changes. ``seen`` is when it was last changed as the caller knows it. Raises
    ConfiguredTaskNotFound, EntryStale, Denied (``configured_task.save.denied``), Invalid at ``name``, ``key``,
    ``nodes.<n>.<path>`` or ``parameters.<n>.<path>``.
    """
    policies.configured_tasks.require(actor, "save")
    moment = at or timezone.now()
    row = _locked(actor.organisation_id, task_id, seen) if task_id else _new(actor, key or _key_of(actor, name), moment)
    asked = row.parameters if parameters is None else parameters
    content, wrong = _read(nodes, asked)
    if not name.strip() or len(name) > 120 or has_unstorable(name + description):
        wrong["name"] = ["Give it a name of at most 120 characters."]
    if not KEY.fullmatch(row.key):
        wrong["key"] = ["Small letters, digits and _, beginning with a letter, at most 60."]
    if wrong or content is None:
        raise Invalid(wrong)
    kept = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    kept = {"nodes": kept["links"], "parameters": kept.get("parameters", [])}
    if not row._state.adding and (row.nodes, row.parameters) != (kept["nodes"], kept["parameters"]):
        row.edition += 1
    row.name, row.description, row.nodes, row.parameters = name.strip(), description, kept["nodes"], kept["parameters"]
    row.touch(actor.id, moment)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid({"name": ["There is one of this name or key already."]}) from error
    event = ConfiguredTaskSaved(**_facts(row, actor))
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return row


def _new(actor: Membership, key: str, at: datetime) -> ConfiguredTask:
    if ConfiguredTask.objects.filter(organisation_id=actor.organisation_id).count() >= MOST_SAVED:
        raise Invalid({"name": [f"There are {MOST_SAVED:,} saved tasks already. Delete one first."]})
    return ConfiguredTask(
        organisation_id=actor.organisation_id, key=key, parameters=[], created_at=at, created_by_id=actor.id
    )


def _key_of(actor: Membership, name: str) -> str:
    """The name as a key that is free."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:50]
    key = plain if plain[:1].isalpha() else f"task_{plain}".rstrip("_")
    rows = ConfiguredTask.objects.filter(organisation_id=actor.organisation_id, key__startswith=key)
    taken = set(rows.values_list("key", flat=True))
    return next(one for one in (key, *(f"{key}_{n}" for n in range(2, MOST_SAVED + 3))) if one not in taken)


@transaction.atomic
def configured_task_delete(
    *, actor: Membership, task_id: UUID, seen: datetime | None = None, at: datetime | None = None
) -> None:
    """Workflows that were made with it keep what they have. Raises ConfiguredTaskNotFound, EntryStale, Denied."""
    row = _locked(actor.organisation_id, task_id, seen)
    policies.configured_tasks.require(actor, "save", row)
    event = ConfiguredTaskDeleted(**_facts(row, actor))
    row.delete()
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at or timezone.now())


def _locked(organisation_id: UUID, task_id: UUID, seen: datetime | None) -> ConfiguredTask:
    rows = ConfiguredTask.objects.select_for_update().filter(organisation_id=organisation_id, id=task_id)
    found: ConfiguredTask | None = rows.first()
    if found is None:
        raise ConfiguredTaskNotFound
    refuse_stale(found, seen)
    return found


def _facts(row: ConfiguredTask, actor: Membership) -> dict[str, Any]:
    kinds = tuple(one["kind"] for one in row.nodes)
    return {"subject_id": row.id, "name": row.name, "node_kinds": kinds, "by_id": actor.id, "by_name": actor.name}


def _read(nodes: Any, parameters: Any) -> tuple[Content | None, dict[str, list[str]]]:
    """The content, and everything that is wrong with it by place."""
    if not isinstance(nodes, list) or not 1 <= len(nodes) <= MOST_LINKS:
        return None, {"nodes": [f"A list of one to {MOST_LINKS} parts, each with kind and params."]}
    keyed = [{"key": f"link_{n}", **one} if isinstance(one, dict) else one for n, one in enumerate(nodes, 1)]
    try:
        content = Content.model_validate({"links": keyed, "parameters": parameters})
    except ValidationError as error:
        wrong = _places("", error)
        return None, {path.replace("links", "nodes", 1): texts for path, texts in wrong.items()}
    found: dict[str, list[str]] = {}
    for row, link in enumerate(content.links):
        found |= _wrong_with(link, content, f"nodes.{row}")
    for row, parameter in enumerate(content.parameters):
        found |= _wrong_parameter(parameter, content, f"parameters.{row}")
    return content, found


def _wrong_with(link: Link, content: Content, place: str) -> dict[str, list[str]]:
    if sum(one.key == link.key for one in content.links) > 1:
        return {f"{place}.key": ["Another link has this key."]}
    if link.kind not in KINDS:
        return {f"{place}.kind": [f"Use one of {', '.join(KINDS)}."]}
    if link.kind in ONCE and sum(one.kind == link.kind for one in content.links) > 1:
        return {f"{place}.kind": ["A saved task may hold one link of this kind."]}
    try:
        kind, params = params_of(link, link.params)
    except ValidationError as error:
        return _places(f"{place}.params", error)
    return {f"{place}.params.{path}": [text] for path, text in kind.problems(params)}


def _wrong_parameter(parameter: Parameter, content: Content, place: str) -> dict[str, list[str]]:
    if sum(one.name == parameter.name for one in content.parameters) > 1:
        return {f"{place}.name": ["Another parameter has this name."]}
    link = next((one for one in content.links if one.key == parameter.link), None)
    if link is None:
        return {f"{place}.link": [f"Use one of {', '.join(one.key for one in content.links)}."]}
    known = KINDS[link.kind].params.model_fields if link.kind in KINDS else {}
    first = parameter.path.partition(".")[0]
    try:
        put(link.params, parameter.path, None)
    except NoSuchSetting:
        return {f"{place}.path": [f"{link.kind} has no setting there."]}
    if known and first not in {one.alias or name for name, one in known.items()}:
        return {f"{place}.path": [f"{link.kind} has no setting {first}."]}
    return {}


def _places(place: str, error: ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in error.errors():
        path = f"{place}.{problem_path(item['loc'])}".strip(".")
        found.setdefault(path, []).append(problem_message(item["msg"]))
    return found
