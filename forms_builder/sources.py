"""The port `schema.Sources` filled from the database: one organisation as one person sees it at one moment."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, reduce
from itertools import islice
from operator import or_
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Department, Designation, Membership, Place, WorkingCalendar
from accounts.public_holidays import DaysOff
from forms_builder.models import Attachment, FormSettings
from forms_builder.rules import Environment, EvaluationClock, RuleErrors, WeekCalendar, evaluate, fields_of, parse
from forms_builder.schema.clean import uuid_of
from forms_builder.schema.conditions import ACTING
from forms_builder.schema.fields import MAX_CHOICES, SourcedChoices, SourceName
from forms_builder.schema.people import PERSON
from forms_builder.schema.source_rows import ACTOR, ROW_FIELDS, row_context
from forms_builder.schema.sources import FileFacts, Option

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_WORDS: Final = 10
Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Source:
    """How a source is read: its rows, how a row is called, and what filters may ask about it."""

    rows: Callable[[UUID], QuerySet[Any, dict[str, Any]]]
    label: Callable[[Row], str]
    searched: tuple[str, ...]
    pickable: Q = field(default_factory=Q)


def _departments(organisation_id: UUID) -> QuerySet[Any, dict[str, Any]]:
    return (
        Department.objects.filter(organisation_id=organisation_id).order_by("name", "id").values("id", "name", "code")
    )


def _designations(organisation_id: UUID) -> QuerySet[Any, dict[str, Any]]:
    rows = Designation.objects.filter(organisation_id=organisation_id)
    return rows.order_by("name", "id").values("id", "name", "level")


def _places(organisation_id: UUID) -> QuerySet[Any, dict[str, Any]]:
    rows = Place.objects.filter(organisation_id=organisation_id)
    return rows.order_by("country", "state", "city", "id").values("id", "city", "state", "country")


def _people(organisation_id: UUID) -> QuerySet[Any, dict[str, Any]]:
    rows = Membership.objects.filter(organisation_id=organisation_id)
    return rows.order_by("name", "id").values(
        "id", "name", "email", "manager_id", "department__name", "designation__name", "designation__level", "place__city",
        "place__country",
    )  # fmt: skip


def _name(row: Row) -> str:
    return str(row["name"])


def _address(row: Row) -> str:
    return ", ".join(str(row[key]) for key in ("city", "state", "country") if row[key])


_SOURCES: Final[Mapping[SourceName, _Source]] = {
    "departments": _Source(_departments, _name, ("name", "code")),
    "designations": _Source(_designations, _name, ("name",)),
    "places": _Source(_places, _address, ("city", "state", "country")),
    "people": _Source(_people, _name, ("name", "email"), Q(is_active=True)),
}
_COLUMNS: Final = {
    "manager": "manager_id",
    "department": "department__name",
    "designation": "designation__name",
    "level": "designation__level",
    "city": "place__city",
    "country": "place__country",
}


_PERSON_COLUMNS: Final = {
    "manager": "manager_id",
    "department": "department__code",
    "designation": "designation__name",
    "level": "designation__level",
    "city": "place__city",
    "state": "place__state",
    "country": "place__country",
}


@dataclass(frozen=True)
class OrganisationNames:
    """The part of the port that is the same whoever asks: what was picked is called so for everybody."""

    organisation_id: UUID

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        ids = _ids(values)
        if not ids:
            return {}
        rows = _SOURCES[source].rows(self.organisation_id).filter(id__in=ids)
        return {str(row["id"]): _SOURCES[source].label(row) for row in rows}


class OrganisationSources:
    """Nothing is read before it is asked for; what a filter trims is trimmed by `evaluate`, as everywhere.

    `run_id` is the request whose files may be referred to besides the person's own fresh uploads. `environment` is one that
    was made for the same person and moment, and has read some of it already.
    """

    def __init__(
        self,
        actor: Membership,
        *,
        at: datetime | None = None,
        run_id: UUID | None = None,
        environment: Environment | None = None,
    ) -> None:
        self.actor = actor
        self.at = at or timezone.now()
        self.run_id = run_id
        if environment is not None:
            self.environment = environment

    @cached_property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.actor.organisation.time_zone)

    @cached_property
    def now(self) -> datetime:
        """The moment, in the organisation's time zone."""
        return self.at.astimezone(self.time_zone)

    @property
    def today(self) -> date:
        return self.now.date()

    @cached_property
    def environment(self) -> Environment:
        clock = EvaluationClock(self.at, self.time_zone, _LateCalendar(self.actor.organisation_id))
        return Environment(clock, _Directory(self.actor.organisation_id), acting=_Acting(self.actor))

    def options(self, wanted: SourcedChoices) -> Sequence[Option]:
        source = _SOURCES[wanted.source]
        rows = source.rows(self.actor.organisation_id).filter(source.pickable)
        if wanted.filter is None:
            rows = rows[:MAX_CHOICES]
        found = (Option(str(row["id"]), _offered(wanted, source, row)) for row in self._trimmed(wanted, rows))
        return [option for _, option in zip(range(MAX_CHOICES), found, strict=False)]

    def search(self, wanted: SourcedChoices, text: str, most: int) -> Sequence[Option]:
        source = _SOURCES[wanted.source]
        rows = source.rows(self.actor.organisation_id).filter(source.pickable)
        for word in text.split()[:MOST_WORDS]:
            rows = rows.filter(reduce(or_, (Q(**{f"{column}__icontains": word}) for column in source.searched)))
        trimmed = self._trimmed(wanted, rows[:most] if wanted.filter is None else rows)
        return [Option(str(row["id"]), _offered(wanted, source, row)) for row in islice(trimmed, most)]

    def row(self, wanted: SourcedChoices, value: str) -> Mapping[str, Any]:
        source, ids = _SOURCES[wanted.source], _ids([value])
        rows = source.rows(self.actor.organisation_id).filter(source.pickable, id__in=ids) if ids else ()
        for row in self._trimmed(wanted, rows):
            return {spec.id.partition(".")[2]: _fact(row, spec.id) for spec in ROW_FIELDS[wanted.source]}
        return {}

    @cached_property
    def links_to_maps(self) -> bool:
        row = FormSettings.objects.filter(organisation_id=self.actor.organisation_id).only("map_links").first()
        return row is None or row.map_links

    def labels(self, wanted: SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        source = _SOURCES[wanted.source]
        ids = _ids(values)
        if not ids:
            return {}
        rows = source.rows(self.actor.organisation_id).filter(source.pickable, id__in=ids)
        return {str(row["id"]): source.label(row) for row in self._trimmed(wanted, rows)}

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        return OrganisationNames(self.actor.organisation_id).names(source, values)

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        wanted = _ids(ids)
        if not wanted:
            return {}
        mine = Q(run_id=None, uploaded_by_id=self.actor.id)
        allowed = mine if self.run_id is None else mine | Q(run_id=self.run_id)
        rows = Attachment.objects.filter(allowed, organisation_id=self.actor.organisation_id, id__in=wanted)
        return {str(row.id): FileFacts(str(row.id), row.name, row.size, row.content_type) for row in rows}

    def _trimmed(self, wanted: SourcedChoices, rows: Iterable[Row]) -> Iterable[Row]:
        if wanted.filter is None:
            return rows
        try:
            rule = parse(wanted.filter, row_context(wanted.source))
        except RuleErrors:
            return ()  # of a draft: the lint says what is wrong
        read = fields_of(rule)
        own = {key: _fact(self._actor_row, key) for key in read if key.startswith(f"{ACTOR}.")}
        ids = read - own.keys()
        return (
            row for row in rows if evaluate(rule, {**own, **{key: _fact(row, key) for key in ids}}, self.environment)
        )

    @cached_property
    def _actor_row(self) -> Row:
        """Whoever fills in the form, as a row of people."""
        return _people(self.actor.organisation_id).get(id=self.actor.id)


def _fact(row: Row, field_id: str) -> Any:
    name = field_id.partition(".")[2]
    value = row[name] if name in row else row[_COLUMNS[name]]
    return str(value) if isinstance(value, UUID) else value


def _offered(wanted: SourcedChoices, source: _Source, row: Row) -> str:
    """What an entry is called in the list: its name, with the chosen detail behind it."""
    if not wanted.detail:
        return source.label(row)
    detail = _fact(row, f".{wanted.detail}")
    return f"{source.label(row)} ({detail})" if detail not in (None, "") else source.label(row)


def _ids(values: Collection[str]) -> list[str]:
    return [found for value in values if (found := uuid_of(value))]


class _LateCalendar:
    """The organisation's working days, read when a rule first counts them."""

    def __init__(self, organisation_id: UUID) -> None:
        self.organisation_id = organisation_id

    @cached_property
    def _calendar(self) -> WeekCalendar:
        calendar = WorkingCalendar.objects.filter(organisation_id=self.organisation_id, is_default=True).first()
        if calendar is None:
            return WeekCalendar()
        days = frozenset(number for number, day in enumerate(DAYS) if calendar.hours.get(day))
        rows = list(calendar.holidays.values_list("date", "is_worked"))
        own, worked = (frozenset(day for day, is_worked in rows if is_worked is wanted) for wanted in (False, True))
        return WeekCalendar(days, DaysOff(calendar.country, calendar.subdivision, own, worked))

    def is_business_day(self, day: date) -> bool:
        return self._calendar.is_business_day(day)


@dataclass(frozen=True)
class _Directory:
    """Who leads whom and who belongs where, asked of the database."""

    organisation_id: UUID

    def is_manager(self, manager: str, report: str) -> bool:
        wanted = uuid_of(manager)
        return wanted is not None and self._people(report).filter(manager_id=UUID(wanted)).exists()

    def is_member(self, user: str, group: str) -> bool:
        wanted = uuid_of(group)
        if wanted is None:
            return False
        return self._people(user).filter(Q(department_id=wanted) | Q(role_links__role_id=wanted)).exists()

    def _people(self, member: str) -> QuerySet[Membership]:
        people: QuerySet[Membership] = Membership.objects.filter(
            organisation_id=self.organisation_id, id=uuid_of(member)
        )
        return people


class _Acting(Mapping[str, Any]):
    """What rules of forms may ask about the person who acts, read when one first does."""

    def __init__(self, actor: Membership) -> None:
        self.actor = actor

    @cached_property
    def _facts(self) -> dict[str, Any]:
        mine = Membership.objects.filter(organisation_id=self.actor.organisation_id, id=self.actor.id)
        row = mine.values("id", "name", "email", *_PERSON_COLUMNS.values()).first() or {}
        facts = {name: row.get(_PERSON_COLUMNS.get(name, name)) for name in PERSON if name != "roles"}
        facts["roles"] = [one for one in mine.values_list("role_links__role__name", flat=True) if one]
        return {f"{ACTING}.{name}": str(fact) if isinstance(fact, UUID) else fact for name, fact in facts.items()}

    def __getitem__(self, key: str) -> Any:
        return self._facts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


_NEAR: Final[Mapping[str, Callable[[Membership], Any]]] = {
    "department_name": lambda member: member.department and member.department.name,
    "designation_name": lambda member: member.designation and member.designation.name,
    "manager_name": lambda member: member.manager and member.manager.name,
    "city": lambda member: member.place and member.place.city,
    "country": lambda member: member.place and member.place.country,
}
"""Words of rows beside the person, for fields of text."""


class RequesterFacts(Mapping[str, Any]):
    """What `prefill: "requester.<name>"` may name: the person's columns, words of the rows beside the person, and the
    organisation's own attributes, which never replace a column. Rows are read when they are named.
    """

    def __init__(self, member: Membership) -> None:
        self.member = member
        ids = {"id": member.id, "department": member.department_id, "designation": member.designation_id}
        ids |= {"place": member.place_id, "manager": member.manager_id}
        columns = {key: None if value is None else str(value) for key, value in ids.items()}
        self._known = {**member.attributes, **columns, "name": member.name, "email": member.email}

    def __getitem__(self, name: str) -> Any:
        return _NEAR[name](self.member) if name in _NEAR else self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*_NEAR, *self._known)))

    def __len__(self) -> int:
        return len({*_NEAR, *self._known})


def requester_facts(member: Membership) -> Mapping[str, Any]:
    """The facts of the person who starts a request."""
    return RequesterFacts(member)
