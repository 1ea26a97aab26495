"""Reads over the conditions that an organisation keeps under a name."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from forms_builder.rule_editor import SavedChoice
from forms_builder.rules import RuleContext, RuleErrors, explain, parse
from forms_builder.schema.conditions import context_of
from forms_builder.schema.document import FormDocument
from workflows import policies
from workflows.graph.contexts import EMPTY_FORM, assignee_context, transition_context
from workflows.models import ConditionKind, SavedCondition, WorkflowVersion
from workflows.selectors.definitions import access_definition

MOST: Final = 200


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
    rows = saved_conditions_of(organisation_id).filter(kind=kind).order_by("name", "id")[:MOST]
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


def sentence_of(row: SavedCondition) -> str:
    """The condition in plain words."""
    try:
        return explain(parse(row.rule, people_context(row.kind)))
    except RuleErrors:
        return ""


def people_context(kind: str) -> RuleContext:
    """What a condition may speak about in every workflow: the people around a request, none of its answers."""
    return context_for(kind, EMPTY_FORM)


def context_for(kind: str, form: FormDocument) -> RuleContext:
    """What a condition may speak about in a workflow with this form."""
    if kind == ConditionKind.FORM:
        return context_of(form.by_name.values())
    return assignee_context(form) if kind == ConditionKind.ASSIGNEE else transition_context(form)


def form_of(actor: Membership, definition_id: UUID) -> FormDocument:
    """The form of a workflow's newest version, for those who may change it. Raises DefinitionNotFound, Denied."""
    definition = access_definition(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    rows = WorkflowVersion.objects.filter(organisation_id=actor.organisation_id, definition_id=definition.id)
    newest = rows.select_related("form").order_by("-number").first()
    return FormDocument.load(newest.form.document) if newest is not None else EMPTY_FORM
