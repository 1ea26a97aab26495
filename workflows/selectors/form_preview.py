"""The form of a draft as somebody would see it at one of its steps. Nothing of it is kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.models import Membership
from accounts.selectors.people import active_people
from forms_builder.design.samples import sample_values
from forms_builder.rendering import StepForm, form_class
from forms_builder.schema import FileFacts, FormDocument, Option, prefilled
from forms_builder.schema.fields import SourcedChoices
from forms_builder.sources import OrganisationSources, requester_facts
from workflows.selectors.definition_page import steps_of
from workflows.selectors.drafts import Draft

_PEOPLE: Final = SourcedChoices(source="people", detail="department")


class PreviewSources(OrganisationSources):
    """The organisation as the persona sees it; files are named but not stored."""

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        return {name: FileFacts(name, name, 1, "") for name in ids}


@dataclass(frozen=True)
class Preview:
    """A step of the draft through the eyes of a persona; `form` is the runtime's own."""

    document: FormDocument
    step: str
    persona: Membership
    sources: PreviewSources
    values: Mapping[str, Any]

    def form(self, posted: Any = None) -> StepForm:
        """The form, with what was typed where something was. Raises `forms_builder.rules.RuleErrors` for a wrong rule."""
        made = form_class(self.document, self.step)
        return made(posted, values=self.values, labels={}, sources=self.sources)


def preview_of(draft: Draft, step: str, persona_id: UUID | None) -> Preview:
    """The step, else the first; the persona, else the designer. What the organisation keeps of its people besides their place
    in it is only filled in for the persona's own eyes and for administrators."""
    persona = _persona(draft.actor, persona_id)
    steps = [key for key, _ in steps_of(draft.graph)]
    sources = PreviewSources(persona)
    facts = dict(requester_facts(persona))
    if persona.id != draft.actor.id and not draft.actor.is_tenant_admin:
        facts = {name: value for name, value in facts.items() if name not in persona.attributes}
    values = prefilled(draft.form, facts, sources.now, sources)
    chosen = step if step in steps else (steps[0] if steps else "")
    return Preview(draft.form, chosen, persona, sources, sample_values(draft.form, chosen, values, sources))


def _persona(actor: Membership, persona_id: UUID | None) -> Membership:
    if persona_id is None or persona_id == actor.id:
        return actor
    people = active_people(actor.organisation_id).select_related("organisation", "place", "manager")
    found: Membership | None = people.filter(id=persona_id).first()
    return found or actor


def personas_of(actor: Membership) -> Sequence[Option]:
    """Whom the preview can be tried as."""
    return OrganisationSources(actor).options(_PEOPLE)
