"""What the rules of a graph may speak about: the record, and the people around it.

Departments, designations and roles are compared by code and name, not by id, so that a shipped definition means the same
in every organisation. A form field `total` is `record.total`; what is asked about people is listed in `PERSON`.
"""

from collections.abc import Mapping
from typing import Any, Final

from forms_builder.rules import RuleContext
from forms_builder.schema.conditions import field_specs, rule_values
from forms_builder.schema.document import FormDocument
from forms_builder.schema.people import PERSON, person

__all__ = ["EMPTY_FORM", "PERSON", "assignee_context", "person", "transition_context", "values_for"]

EMPTY_FORM: Final = FormDocument()


def assignee_context(form: FormDocument = EMPTY_FORM) -> RuleContext:
    """For a step's assignee rule: `candidate`, `requester` and `actor` are people, `record` is the form."""
    people = [*person("candidate", "person"), *person("requester", "requester"), *person("actor", "who decides")]
    return RuleContext("assignee", (*people, *field_specs(form.fields, "record")))


def transition_context(form: FormDocument = EMPTY_FORM) -> RuleContext:
    """For a transition's condition: `record` is the form as it will be after this decision, `input` what was sent.

    The requester's attributes are `record.requester.<attribute>`, which no form field can be called.
    """
    people = [*person("actor", "who decides"), *person("record.requester", "requester")]
    fields = [*field_specs(form.fields, "record"), *field_specs(form.fields, "input")]
    return RuleContext("transition", (*people, *fields))


def values_for(
    context: RuleContext,
    form: FormDocument,
    *,
    people: Mapping[str, Mapping[str, Any]],
    record: Mapping[str, Any],
    submitted: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The flat values that a rule of `context` reads.

    `people` maps a root ("candidate", "actor", "requester", "record.requester") to `PERSON` attributes; `record` and
    `submitted` are stored values by field name. What is missing is empty, what the context does not know is left out.
    """
    found = rule_values(form.fields, record, "record")
    if submitted is not None:
        found |= rule_values(form.fields, submitted, "input")
    for root, attributes in people.items():
        found |= {f"{root}.{name}": value for name, value in attributes.items() if name in PERSON}
    return {key: found.get(key) for key in context.by_id}
