"""Loads the demo's catalogue of data flows and plays its proposals, each step by the service that the product uses for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Min, QuerySet

from accounts.models import Department, Membership, Organisation, Role
from accounts.services.directory import entry_save
from accounts.services.people import member_set_roles
from config.demo.flows_catalogue import ACME, GLOBEX, Area, Catalogue
from config.demo.flows_story import Act, Book, Scene, Tale, flow_name
from config.demo.flows_tales import ACME as ACME_TALES
from config.demo.flows_tales import GLOBEX as GLOBEX_TALES
from config.demo.story import Days
from flows.catalogue.services.direct import Delivery, logical_create, physical_create
from flows.configuration import data_type_save, settings_change, side_save
from flows.models import (
    Anchor,
    ApprovalSide,
    CatalogueEntity,
    DataType,
    Involvement,
    InvolvementKind,
    PhysicalSpecification,
    ProposedFlow,
    SideRole,
)
from flows.proposals.services.propose import proposal_create
from flows.proposals.services.timeouts import proposals_sweep
from flows.setup import settings_of

CATALOGUES: Final[Mapping[str, tuple[Catalogue, Sequence[Tale]]]] = {
    "acme": (ACME, ACME_TALES),
    "globex": (GLOBEX, GLOBEX_TALES),
}
TAKEN_OVER: Final = "Taken over from the register that was kept in spreadsheets."
BEFORE_ALL: Final = -45
"""The working day on which the register was taken over."""


def load_flows(organisation: Organisation, people: Mapping[str, Membership], days: Days, now: datetime) -> bool:
    """Make catalogue and proposals unless the organisation has a catalogue; whether anything was made. Needs the scope."""
    if has_flows(organisation):
        return False
    settings_of(organisation.id)
    catalogue, tales = CATALOGUES[organisation.slug]
    admin = next(member for member in people.values() if member.is_tenant_admin)
    _give_roles(admin, people, catalogue)
    if organisation.slug == "globex":
        _decide_otherwise(admin)
    book = Book(_entities(admin, people, catalogue), _types(admin, catalogue))
    _take_over(people[catalogue.keeper], book, catalogue, days.at(BEFORE_ALL, "09:30"))
    for code in catalogue.retired:
        entry_save(actor=admin, row=book.entities[code], values={"lifecycle_status": "RETIRED"})
    play_tales(people, book, tales, days, now)
    return True


def has_flows(organisation: Organisation) -> bool:
    """Whether the organisation has a catalogue. Needs the scope."""
    return bool(CatalogueEntity.objects.filter(organisation_id=organisation.id).exists())


def _give_roles(admin: Membership, people: Mapping[str, Membership], catalogue: Catalogue) -> None:
    own = Role.objects.filter(organisation_id=admin.organisation_id)
    there = {role.name: role for role in own}
    for name, codes in catalogue.roles.items():
        if name not in there:
            values = {"name": name, "permissions": list(codes)}
            entry_save(actor=admin, row=Role(), values=values, action="administer")
    roles = {role.name: role for role in own.all()}
    for name in sorted({who for holders in catalogue.holders.values() for who in holders}):
        wanted = [roles[role] for role, holders in catalogue.holders.items() if name in holders]
        held = [link.role for link in people[name].role_links.select_related("role")]
        member_set_roles(actor=admin, member_id=people[name].id, roles=[*held, *wanted])


def _decide_otherwise(admin: Membership) -> None:
    """What a small organisation chooses: a third side, and one person for several sides."""
    settings_change(actor=admin, values={"same_person_both_sides": True, "auto_approve_external_actors": True})
    values = {"code": "data_protection", "name": "Data protection", "position": 30, "anchor": Anchor.NONE}
    side = side_save(actor=admin, row=ApprovalSide(), values=values)
    officer = Role.objects.get(organisation_id=admin.organisation_id, name="Data protection officer")
    entry_save(actor=admin, row=SideRole(), values={"side": side, "role": officer})


def _entities(admin: Membership, people: Mapping[str, Membership], catalogue: Catalogue) -> dict[str, CatalogueEntity]:
    departments = {row.code: row for row in Department.objects.filter(organisation_id=admin.organisation_id)}
    kinds = {row.code: row for row in InvolvementKind.objects.filter(organisation_id=admin.organisation_id)}
    found: dict[str, CatalogueEntity] = {}
    for prefix, kind, text in (
        ("APP", "application", catalogue.applications),
        ("ACT", "actor", catalogue.actors),
        ("EUC", "end_user_application", catalogue.workbooks),
    ):
        for code, name, area_name, words in _listed(text):
            area = catalogue.areas[area_name]
            values = {
                "kind": kind,
                "external_id": f"{prefix}-{code}",
                "name": name,
                "description": words if kind != "actor" else "",
                "is_external": kind == "actor" and words == "external",
                "department": departments[area.department],
            }
            found[code] = _kept(admin, CatalogueEntity(), values)
            for who, how in _involved(area):
                _kept(admin, Involvement(), {"entity": found[code], "member": people[who], "kind": kinds[how]})
    return found


def _involved(area: Area) -> Iterator[tuple[str, str]]:
    for who, how in ((area.owner, "OWNER"), (area.approver, "FLOW_APPROVER"), (area.contact, "CONTACT")):
        if who:
            yield who, how


def _listed(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Code, name, area and the words after it, of each line."""
    for line in text.strip().splitlines():
        code, rest = line.split(": ", 1)
        name, rest = rest.split(" (", 1)
        area, words = rest.split(") ", 1)
        yield code, name, area, words


def _types(admin: Membership, catalogue: Catalogue) -> dict[str, DataType]:
    """Those at the margin are headings, those below them can be chosen."""
    found: dict[str, DataType] = {}
    heading: DataType | None = None
    for line in catalogue.types.strip("\n").splitlines():
        code, name = line.strip().split(": ", 1)
        below = line.startswith(" ")
        values = {
            "code": code,
            "name": name.removesuffix(" (deprecated)"),
            "deprecated": name.endswith(" (deprecated)"),
            "concrete": below,
            "parent": heading if below else None,
        }
        found[code] = data_type_save(actor=admin, row=DataType(), values=values)
        heading = heading if below else found[code]
    return found


def _kept(admin: Membership, row: Any, values: Mapping[str, Any]) -> Any:
    return entry_save(actor=admin, row=row, values=values)


def _take_over(keeper: Membership, book: Book, catalogue: Catalogue, at: datetime) -> None:
    """The flows that were there before: by break-glass, which the keeper may use and which asks for a reason."""
    specifications: dict[tuple[str, str], PhysicalSpecification] = {}
    for line in catalogue.flows.strip().splitlines():
        ends, *described = (part.strip() for part in line.split(" | "))
        source, target = ends.split(" > ")
        logical = logical_create(
            actor=keeper,
            source_id=book.entities[source].id,
            target_id=book.entities[target].id,
            reason=TAKEN_OVER,
            external_id=f"LF-{source}-{target}",
            at=at,
        )
        if not described:
            continue
        name, how, types = described
        layout, transport, frequency, criticality = how.split()
        known = specifications.get((source, name))
        delivery = Delivery(
            transport=transport,
            frequency=frequency,
            criticality=criticality,
            name=flow_name(name),
            external_id=f"PF-{source}-{target}",
            data_type_ids=tuple(book.types[code].id for code in types.split()),
            specification_id=known.id if known else None,
            specification_name=name,
            format=layout,
        )
        made = physical_create(actor=keeper, logical_flow_id=logical.id, delivery=delivery, reason=TAKEN_OVER, at=at)
        specifications[source, name] = made.specification


def finish_flows(organisation: Organisation, people: Mapping[str, Membership], days: Days) -> None:
    """Play what needs the rest committed. Needs the scope, in a transaction of its own."""
    own = ProposedFlow.objects.filter(organisation_id=organisation.id)
    _, tales = CATALOGUES[organisation.slug]
    book = Book({}, {})
    for tale in tales:
        for act in (one for one in tale.acts if one.is_last):
            made_at = days.at(tale.day, tale.clock)
            proposal = own.filter(created_at=made_at, maker=people[tale.maker], is_open=True).first()
            if proposal is not None:
                act.deed(Scene(people, book, proposal.id, days.at(tale.day + act.day, act.clock)))


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing to happen: an act of a tale, or (None) the proposal itself."""

    at: datetime
    tale: int
    act: Act | None


def play_tales(people: Mapping[str, Membership], book: Book, tales: Sequence[Tale], days: Days, now: datetime) -> None:
    """Make and decide every proposal as its tale tells, with the clock of the time limits running along."""
    organisation_id = next(iter(people.values())).organisation_id
    proposals: dict[int, UUID] = {}
    for moment in _moments(tales, days, now):
        sweep(organisation_id, until=moment.at)
        tale = tales[moment.tale]
        if moment.act is None:
            made = proposal_create(actor=people[tale.maker], flow_def=tale.command(book), at=moment.at)
            proposals[moment.tale] = made.id
        else:
            moment.act.deed(Scene(people, book, proposals[moment.tale], moment.at))
    sweep(organisation_id, until=now)


def _moments(tales: Sequence[Tale], days: Days, now: datetime) -> list[Moment]:
    found = []
    for place, tale in enumerate(tales):
        found.append(Moment(_begun(tale, days, now), place, None))
        acts = [act for act in tale.acts if not act.is_last]
        found += [Moment(days.at(tale.day + act.day, act.clock), place, act) for act in acts]
    return sorted(found, key=lambda moment: (moment.at, moment.act is not None))


def _begun(tale: Tale, days: Days, now: datetime) -> datetime:
    if tale.days_ago is None:
        return days.at(tale.day, tale.clock)
    day = now.astimezone(days.zone).date() - timedelta(days=tale.days_ago)
    return datetime.combine(day, time.fromisoformat(tale.clock), days.zone)


def sweep(organisation_id: UUID, *, until: datetime) -> None:
    """Remind and time out at the very moments when it was due, one after the other."""
    ahead = timedelta(days=settings_of(organisation_id).remind_days)
    is_open = ProposedFlow.objects.filter(organisation_id=organisation_id, is_open=True)
    while (due := _next_due(is_open, ahead)) is not None and due <= until:
        if not proposals_sweep(organisation_id=organisation_id, at=due).total:
            return  # a worker has those proposals under lock and does it


def _next_due(is_open: QuerySet[ProposedFlow], ahead: timedelta) -> datetime | None:
    ends = is_open.aggregate(at=Min("due_at"))["at"]
    quiet = is_open.filter(reminded_at=None).aggregate(at=Min("due_at"))["at"]
    return min((at for at in (ends, quiet and quiet - ahead) if at is not None), default=None)
