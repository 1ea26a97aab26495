"""Reads over the conditions that an organisation keeps under a name."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from forms_builder.rule_editor import SavedChoice
from forms_builder.rules import RuleContext, RuleErrors, explain, parse
from forms_builder.schema.clean import uuid_of
from forms_builder.schema.conditions import context_of
from forms_builder.schema.document import FormDocument
from workflows import policies
from workflows.drafting.edits.rule_places import rules_in
from workflows.graph.contexts import EMPTY_FORM, assignee_context, transition_context
from workflows.graph.document import GraphDocument
from workflows.graph.problems import Problem
from workflows.models import ConditionKind, SavedCondition
from workflows.selectors.definitions import access_definition, newest_versions


class SavedConditionNotFound(NotFound):
    code = "saved_condition.not_found"
    message = "There is no such saved condition."


def saved_conditions_of(organisation_id: UUID) -> QuerySet[SavedCondition]:
    """All of an organisation."""
    found: QuerySet[SavedCondition] = SavedCondition.objects.filter(organisation_id=organisation_id)
    return found


def access_saved_condition(actor: Membership, condition_id: UUID) -> SavedCondition:
    """The door to one. Raises SavedConditionNotFound, Denied."""
    found = saved_conditions_of(actor.organisation_id).filter(id=condition_id).first()
    if found is None:
        raise SavedConditionNotFound
    policies.saved_conditions.require(actor, "view", found)
    return found


def saved_choices(organisation_id: UUID, kind: str) -> tuple[SavedChoice, ...]:
    """What the rule editor offers in a rule of this kind. One query."""
    rows = saved_conditions_of(organisation_id).filter(kind=kind).order_by("name", "id")
    return tuple(SavedChoice(str(row.id), row.version, row.name, row.rule) for row in rows)


def uses_in(raw: Any) -> list[Mapping[str, Any]]:
    """Every use of a saved condition in a rule document, also of those that others use."""
    if isinstance(raw, list):
        return [found for one in raw for found in uses_in(one)]
    if not isinstance(raw, Mapping):
        return []
    use = raw.get("saved")
    own = [use] if isinstance(use, Mapping) else []
    return own + [found for key, value in raw.items() if key != "value" for found in uses_in(value)]


def condition_problems(organisation_id: UUID, graph: GraphDocument, form: FormDocument) -> list[Problem]:
    """Saved conditions that have changed since a rule took them over. One query, none where no rule uses one."""
    document = {"graph": graph.to_json(), "form": form.to_json()}
    used = [(place, uses) for place, rule in rules_in(document) if (uses := uses_in(rule))]
    if not used:
        return []
    newest = newest_in(organisation_id, [use for _, uses in used for use in uses])
    rows = {
        "steps": [step.key for step in graph.steps],
        "transitions": [way.key for way in graph.transitions],
        "fields": [field.name for field in form.fields],
    }
    found: list[Problem] = []
    for place, uses in used:
        where = ("form." if place.parts[0] == "form" else "") + ".".join(
            (place.parts[1], str(rows[place.parts[1]].index(place.parts[2])), *place.parts[3:])
        )
        for name in sorted({str(use.get("name")) for use in uses if is_old(use, newest)}):
            text = f"“{name}” has changed since the rule took it over ({place.title})."
            hint = "The rule goes on as it is. Open it to take the newer version."
            found.append(Problem("saved-condition-old", where, "warns", text, hint))
    return found


def newest_in(organisation_id: UUID, uses: Iterable[Mapping[str, Any]]) -> dict[str, SavedCondition]:
    """The saved conditions of these uses as they are now, by key. One query."""
    ids = {found for use in uses if (found := uuid_of(use.get("key")))}
    return {str(row.id): row for row in saved_conditions_of(organisation_id).filter(id__in=ids)}


def is_old(use: Mapping[str, Any], newest: Mapping[str, SavedCondition]) -> bool:
    """Whether the condition has changed since the rule took it over."""
    now = newest.get(str(use.get("key")))
    return now is not None and (now.version, now.rule) != (use.get("version"), use.get("rule"))


def sentence_of(row: SavedCondition) -> str:
    """The condition in plain words."""
    try:
        return explain(parse(row.rule, context_for(row.kind, EMPTY_FORM)))
    except RuleErrors:
        return ""


def context_for(kind: str, form: FormDocument) -> RuleContext:
    """What a condition may speak about in a workflow with this form."""
    if kind == ConditionKind.FORM:
        return context_of(form.by_name.values())
    return assignee_context(form) if kind == ConditionKind.ASSIGNEE else transition_context(form)


def form_of(actor: Membership, definition_id: UUID) -> FormDocument:
    """The form of a workflow's newest version, for those who may change it. Raises DefinitionNotFound, Denied."""
    definition = access_definition(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    newest = newest_versions(definition).first()
    return FormDocument.load(newest.form.document) if newest is not None else EMPTY_FORM
