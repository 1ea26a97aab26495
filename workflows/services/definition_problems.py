"""What is wrong with a workflow, asked of the document, of the kinds of its automatic steps, and of the organisation."""

from uuid import UUID

from forms_builder.schema.document import FormDocument
from workflows.graph.document import GraphDocument
from workflows.graph.lint import Problem, lint
from workflows.nodes.link_checks import link_problems
from workflows.nodes.lint import node_problems
from workflows.selectors.asked import outside_forbidden
from workflows.selectors.people import active_members
from workflows.selectors.rule_people import rule_problems
from workflows.selectors.saved_conditions import condition_problems
from workflows.selectors.saved_tasks import saved_problems, with_saved


def problems_of(organisation_id: UUID, graph: GraphDocument, form: FormDocument) -> list[Problem]:
    """Everything that is wrong: with the document, with its automatic steps, with the people whom it names."""
    whole = with_saved(organisation_id, graph)
    return [
        *lint(whole, form),
        *saved_problems(organisation_id, graph),
        *condition_problems(organisation_id, graph, form),
        *node_problems(whole, form),
        *link_problems(whole, form, forbidden=outside_forbidden(organisation_id)),
        *_people_problems(organisation_id, graph, form),
    ]


def _people_problems(organisation_id: UUID, graph: GraphDocument, form: FormDocument) -> list[Problem]:
    """Stakeholders named by id must be active people of the organisation, and rules should name somebody."""
    named = {row: one.id for row, one in enumerate(graph.stakeholders) if one.id is not None}
    there = set(active_members(organisation_id).filter(id__in=named.values()).values_list("id", flat=True))
    text = "This stakeholder is no active person of the organisation."
    return [
        Problem("unknown-stakeholder", f"stakeholders.{row}.id", "blocks", text, "Name somebody else.")
        for row, member_id in named.items()
        if member_id not in there
    ] + rule_problems(organisation_id, graph, form)
