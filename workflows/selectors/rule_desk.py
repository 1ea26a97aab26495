"""What the rule editor needs of the organisation: what can be picked, whom a rule names, and what it says of a sample."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.models import Department, Designation, Membership, Place, Role
from forms_builder.rule_editor import Choice, Offers, SavedChoice, Setup
from forms_builder.rules import FieldType, Rule, RuleContext, fields_of
from forms_builder.schema.conditions import ACTING
from forms_builder.schema.document import FormDocument
from forms_builder.schema.people import PERSON
from forms_builder.schema.source_rows import ROW_FIELDS, row_context
from forms_builder.sources import OrganisationSources
from workflows.assignment import Eligibility, Person, Situation
from workflows.drafting.edits.rule_places import RuleKind, RulePlace
from workflows.graph.contexts import assignee_context
from workflows.selectors.people import active_members, candidates, persons
from workflows.selectors.saved_conditions import context_for

MOST_PEOPLE: Final = 500
MOST_NAMED: Final = 5
PEOPLE_ROOTS: Final = ("candidate", "record.requester", "requester", "actor", ACTING)
"""Where people stand in the rules; a sample names a person for each."""
ROOT_WORDS: Final[Mapping[str, str]] = {
    "candidate": "Person to ask",
    "record.requester": "Requester",
    "requester": "Requester",
    "actor": "Who decides",
    ACTING: "Acting person",
}


def context_at(kind: RuleKind, form: FormDocument, source: str = "") -> RuleContext:
    """What a rule of this kind may speak about."""
    if kind is RuleKind.ROWS:
        known: Any = source if source in ROW_FIELDS else "people"
        return row_context(known)
    return context_for(kind, form)


def setup_at(
    organisation_id: UUID, place: RulePlace, form: FormDocument, *, url: str = "", saved: Sequence[SavedChoice] = ()
) -> Setup:
    """The rule editor of a place of a draft. Six queries."""
    sort = place.sort
    context = context_at(sort.kind, form, place.source)
    groups = {"candidate": "Entry"} if sort.kind is RuleKind.ROWS else {}
    return Setup(
        context=context,
        label=place.title,
        lead=sort.lead,
        empty=sort.empty,
        required=sort.required,
        url=url,
        beside="#rule-try",
        offers=offers_for(organisation_id, context, by_name=sort.kind is RuleKind.ROWS),
        groups=groups,
        saved=tuple(one for one in saved if fits(one.rule, context)),
    )


def fits(rule: Any, context: RuleContext) -> bool:
    """Whether all that the rule reads is there."""
    from_rule = set(_fields_in(rule))
    return from_rule <= context.by_id.keys()


def _fields_in(raw: Any) -> Iterable[str]:
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            if key in ("field", "value_field") and isinstance(value, str):
                yield value
            elif key != "value":
                yield from _fields_in(value)
    elif isinstance(raw, list):
        for one in raw:
            yield from _fields_in(one)


def offers_for(organisation_id: UUID, context: RuleContext, *, by_name: bool = False) -> Offers:
    """What can be picked for the attributes of people; ``by_name`` where departments are compared by name."""
    units = Department.objects.filter(organisation_id=organisation_id).order_by("name")
    departments = list(units.values_list("id", "code", "name"))
    roles = list(Role.objects.filter(organisation_id=organisation_id).order_by("name").values_list("id", "name"))
    people = people_choices(organisation_id)
    places = list(Place.objects.filter(organisation_id=organisation_id).values_list("city", "state", "country"))
    designations = (
        Designation.objects.filter(organisation_id=organisation_id).order_by("name").values_list("name", flat=True)
    )
    texts: dict[str, tuple[Choice, ...]] = {
        "department": tuple(
            (name, name) if by_name else (code, code if code == name else f"{code} ({name})")
            for _, code, name in departments
        ),
        "designation": _same(designations),
        "roles": _same(name for _, name in roles),
        **{
            word: _same(sorted({row[at] for row in places if row[at]}))
            for at, word in enumerate(("city", "state", "country"))
        },
    }
    by_field = {spec.id: texts[name] for spec in context.fields if (name := _attribute(spec.id)) in texts}
    by_id = tuple((str(ident), name) for ident, _, name in departments)
    by_field |= {spec.id: by_id for spec in context.fields if spec.type is FieldType.GROUP}
    groups = (*by_id, *((str(ident), f"{name} (role)") for ident, name in roles))
    return Offers(
        {key: found for key, found in by_field.items() if found}, {FieldType.USER: people, FieldType.GROUP: groups}
    )


def case_lists(organisation_id: UUID) -> dict[str, tuple[Choice, ...]]:
    """What people of a case may be, in the words in which rules ask for it."""
    by_field = offers_for(organisation_id, assignee_context()).by_field
    names = {"departments": "department", "designations": "designation", "roles": "roles"}
    return {name: by_field.get(f"candidate.{word}", ()) for name, word in names.items()}


def people_choices(organisation_id: UUID) -> tuple[Choice, ...]:
    """The active people by name."""
    rows = active_members(organisation_id).order_by("name", "id").values_list("id", "name")[:MOST_PEOPLE]
    return tuple((str(ident), name) for ident, name in rows)


@dataclass(frozen=True)
class Sample(Situation):
    """A made-up situation: people, and the flat values that were typed."""

    flat: Mapping[str, Any]

    def values(self, wanted: Iterable[str], candidate: Person | None = None) -> dict[str, Any]:
        ids = list(wanted)
        found = super().values([one for one in ids if one not in self.flat], candidate)
        return {one: self.flat[one] if one in self.flat else found.get(one) for one in ids}


def sample_for(
    actor: Membership, form: FormDocument, chosen: Mapping[str, str], typed: Mapping[str, Any], context: RuleContext
) -> tuple[Sample, dict[str, Any]]:
    """The situation of a sample, and all its values by field id: ``chosen`` are ids of people by root; one who is not chosen
    is the person who asks. One query."""
    ids = {root: _uuid(chosen.get(root, "")) or actor.id for root in PEOPLE_ROOTS}
    found = persons(actor.organisation_id, set(ids.values()))
    me = found[actor.id] if actor.id in found else next(iter(persons(actor.organisation_id, [actor.id]).values()))
    who = {root: found.get(ident, me) for root, ident in ids.items()}
    flat = {spec.id: typed.get(spec.id) for spec in context.fields if _root(spec.id) not in PEOPLE_ROOTS}
    environment = OrganisationSources(actor).environment
    sample = Sample(who["requester"], who["actor"], form, {}, environment, flat)
    values = {f"{root}.{name}": person.fact(name) for root, person in who.items() for name in PERSON}
    return sample, {spec.id: values.get(spec.id, flat.get(spec.id)) for spec in context.fields}


@dataclass(frozen=True, slots=True)
class Matches:
    """Whom a rule about people names, for the line under the editor."""

    words: str
    names: str = ""
    note: str = ""
    is_none: bool = False


def matches_of(actor: Membership, rule: Rule, sample: Sample) -> Matches:
    """The people whom the rule names in the sample situation. One query."""
    named = candidates(actor.organisation_id, Eligibility.of(rule), sample)
    roots = {_root(one) for one in fields_of(rule)} - {"candidate"}
    notes = [f"for a request of {sample.requester.name}"] if "requester" in roots else []
    notes += [f"decided by {sample.actor.name}"] if "actor" in roots else []
    notes += ["with the answers of the sample below"] if roots - {"requester", "actor"} else []
    note = f"({', '.join(notes)})" if notes else ""
    if not named:
        return Matches("Matches nobody today", note=note, is_none=True)
    names = ", ".join(one.name for one in named[:MOST_NAMED])
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    count = "1 person" if len(named) == 1 else f"{len(named):,} people"
    return Matches(f"Matches {count}:", f"{names}{more}", note)


def roots_of(rule: Rule | None) -> list[str]:
    """The people whom a sample of the rule needs, in their usual order; never the one who is looked for."""
    reads = {_root(one) for one in fields_of(rule)} if rule is not None else set()
    return [root for root in PEOPLE_ROOTS if root in reads]


def _root(field_id: str) -> str:
    return next((root for root in PEOPLE_ROOTS if field_id.startswith(f"{root}.")), "")


def _attribute(field_id: str) -> str:
    root = _root(field_id)
    return field_id.removeprefix(f"{root}.") if root else ""


def _same(texts: Iterable[str]) -> tuple[Choice, ...]:
    return tuple((text, text) for text in dict.fromkeys(texts))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
