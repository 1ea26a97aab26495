"""What is said about a workflow outside of its versions: names, address, tab, owner, and who may start it. It counts at once."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Department, Designation, Membership, Place
from accounts.tenancy.errors import Conflict
from workflows import policies
from workflows.definition_events import DefinitionChanged
from workflows.models import WorkflowAddress, WorkflowDefinition, WorkflowGroup, WorkflowVisibility
from workflows.selectors.definitions import definitions_of
from workflows.selectors.people import active_members
from workflows.services.definitions import DefinitionInvalid, hold_addresses, locked, name_of, storable_text

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG: Final = 80
MAX_DESCRIPTION: Final = 2_000
MAX_RULES: Final = 200
MAX_LEVEL: Final = 1_000
TAKEN: Final = "Another workflow has this address. Choose another one."


@dataclass(frozen=True, slots=True)
class StartRule:
    """One rule of who may start a workflow, see ``WorkflowVisibility``."""

    department: UUID | None = None
    designation: UUID | None = None
    place: UUID | None = None
    level_from: int | None = None
    excludes: bool = False

    @property
    def says_something(self) -> bool:
        return any(one is not None for one in (self.department, self.designation, self.place, self.level_from))


NO_GROUP: Final = "none"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be changed; None leaves a value as it is, NO_GROUP takes the group away, ``visibility`` replaces all rules."""

    name: str | None = None
    description: str | None = None
    group: UUID | Literal["none"] | None = None
    owner: UUID | None = None
    is_active: bool | None = None
    slug: str | None = None
    visibility: Sequence[StartRule] | None = None


class DefinitionStale(Conflict):
    code = "definition.stale"
    message = (
        "Somebody has changed these preferences since you opened them. Look at them again, and repeat your change."
    )


@transaction.atomic
def definition_change(
    *, definition_id: UUID, actor: Membership, wish: Wish, seen: datetime | None = None, at: datetime | None = None
) -> WorkflowDefinition:
    """Change what is said about a workflow outside of its versions. ``seen`` is when it had last been changed as the actor
    knows it. Raises DefinitionNotFound, Denied, DefinitionStale, DefinitionInvalid with all places.
    """
    moment = at or timezone.now()
    definition = locked(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    if seen is not None and seen != definition.modified_at:
        raise DefinitionStale(**_changed_by(definition))
    if wish.slug is not None:
        hold_addresses(actor.organisation_id)
    wanted = _columns(definition, wish)
    changed = [key for key, value in wanted.items() if getattr(definition, key) != value]
    before = definition.slug
    for key in changed:
        setattr(definition, key, wanted[key])
    if "slug" in changed:
        _keep_address(definition, before)
    if wish.visibility is not None and _show_to(definition, wish.visibility, actor, moment):
        changed.append("visibility")
    if not changed:
        return definition
    columns = [key.removesuffix("_id") for key in changed if key != "visibility"]
    _check_keys_at_once()
    definition.save(update_fields=[*columns, *definition.touch(actor.id, moment)])
    event = DefinitionChanged(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        changes=tuple(key.removesuffix("_id") for key in changed),
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return definition


def _check_keys_at_once() -> None:
    """Have the server look at the rows that are pointed to now, and not at the end of the transaction. Who changes a person or
    a department holds its row and waits for the directory's stamp, which saving the workflow draws: the row comes first here too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _changed_by(definition: WorkflowDefinition) -> dict[str, str]:
    rows = Membership.objects.filter(organisation_id=definition.organisation_id, id=definition.modified_by_id)
    return {"by": rows.values_list("name", flat=True).first() or "", "at": definition.modified_at.isoformat()}


def _columns(definition: WorkflowDefinition, wish: Wish) -> dict[str, Any]:
    """The columns that are named, as they are to be. Raises DefinitionInvalid with everything that is wrong."""
    checks: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "name": ("name", name_of),
        "description": ("description", _description),
        "group": ("group_id", lambda value: _group_id(definition.organisation_id, value)),
        "owner": ("owner_id", lambda value: _owner_id(definition, value)),
        "is_active": ("is_active", bool),
        "slug": ("slug", lambda value: _slug(definition, value)),
    }
    found: dict[str, Any] = {}
    wrong: dict[str, Sequence[str]] = {}
    for name, (column, check) in checks.items():
        value = getattr(wish, name)
        if value is None:
            continue
        try:
            found[column] = check(value)
        except DefinitionInvalid as error:
            wrong |= error.fields
    if wrong:
        raise DefinitionInvalid(wrong)
    return found


def _description(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MAX_DESCRIPTION:
        raise DefinitionInvalid({"description": [f"Use at most {MAX_DESCRIPTION:,} characters."]})
    return storable_text("description", text)


def _group_id(organisation_id: UUID, group_id: UUID | Literal["none"]) -> UUID | None:
    if not isinstance(group_id, UUID):
        return None
    if not WorkflowGroup.objects.filter(organisation_id=organisation_id, id=group_id).exists():
        raise DefinitionInvalid({"group": ["Choose a group of your organisation."]})
    return group_id


def _owner_id(definition: WorkflowDefinition, member_id: UUID) -> UUID:
    """An active person; who owns it already may stay, active or not."""
    known = member_id == definition.owner_id
    if not known and not active_members(definition.organisation_id).filter(id=member_id).exists():
        raise DefinitionInvalid({"owner": ["Choose an active person of your organisation."]})
    return member_id


def _slug(definition: WorkflowDefinition, text: str) -> str:
    if text == definition.slug:
        return text
    if not (SLUG.fullmatch(text) and len(text) <= MAX_SLUG):
        raise DefinitionInvalid(
            {"slug": [f"Use up to {MAX_SLUG} small letters and digits, with single hyphens between them."]}
        )
    living = definitions_of(definition.organisation_id).exclude(id=definition.id)
    if living.filter(slug=text).exists():
        raise DefinitionInvalid({"slug": [TAKEN]})
    if living.filter(addresses__slug=text).exists():
        raise DefinitionInvalid(
            {"slug": ["This address leads to another workflow that had it before. Choose another one."]}
        )
    return text


def _keep_address(definition: WorkflowDefinition, before: str) -> None:
    """The address that the workflow had leads there from now on; the one it has now is no former one of anybody's."""
    rows = WorkflowAddress.objects.filter(organisation_id=definition.organisation_id)
    rows.filter(slug__in=[before, definition.slug]).delete()
    WorkflowAddress.objects.create(organisation_id=definition.organisation_id, definition=definition, slug=before)


def _show_to(definition: WorkflowDefinition, rules: Sequence[StartRule], actor: Membership, at: datetime) -> bool:
    """Replace the rules; whether that changed any."""
    wanted = list(dict.fromkeys(rules))
    _refuse_rules(definition.organisation_id, wanted)
    rows = WorkflowVisibility.objects.filter(organisation_id=definition.organisation_id, definition_id=definition.id)
    if set(rules_of(rows)) == set(wanted):
        return False
    rows.delete()
    WorkflowVisibility.objects.bulk_create(
        WorkflowVisibility(
            organisation_id=definition.organisation_id,
            definition=definition,
            department_id=rule.department,
            designation_id=rule.designation,
            place_id=rule.place,
            level_from=rule.level_from,
            excludes=rule.excludes,
            created_at=at,
            created_by_id=actor.id,
            modified_at=at,
            modified_by_id=actor.id,
        )
        for rule in wanted
    )
    return True


def rules_of(rows: Iterable[WorkflowVisibility]) -> Iterator[StartRule]:
    """The rules as they are stored."""
    for row in rows:
        yield StartRule(row.department_id, row.designation_id, row.place_id, row.level_from, row.excludes)


def _refuse_rules(organisation_id: UUID, rules: Sequence[StartRule]) -> None:
    """Raises DefinitionInvalid at each rule that says nothing, or names what the organisation has not."""
    if len(rules) > MAX_RULES:
        raise DefinitionInvalid({"visibility": [f"Use at most {MAX_RULES} rules."]})
    known = {
        name: _known(rows.filter(organisation_id=organisation_id), {getattr(rule, name) for rule in rules} - {None})
        for name, rows in (
            ("department", Department.objects),
            ("designation", Designation.objects),
            ("place", Place.objects),
        )
    }
    wrong: dict[str, list[str]] = {}
    for row, rule in enumerate(rules):
        if not rule.says_something:
            wrong[f"visibility.{row}"] = ["Name a department, a designation, a level or a place."]
        if rule.level_from is not None and not 0 <= rule.level_from <= MAX_LEVEL:
            wrong[f"visibility.{row}.level_from"] = [f"Use a level from 0 to {MAX_LEVEL}."]
        for name, ids in known.items():
            value = getattr(rule, name)
            if value is not None and value not in ids:
                wrong[f"visibility.{row}.{name}"] = [f"Choose a {name} of your organisation."]
    if wrong:
        raise DefinitionInvalid(wrong)


def _known(rows: "QuerySet[Any]", ids: Collection[UUID]) -> set[UUID]:
    return set(rows.filter(id__in=ids).values_list("id", flat=True)) if ids else set()
