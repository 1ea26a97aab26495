"""Who is in the demo: plain facts, loaded by ``config.demo.organisations``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

PLATFORM_ADMIN: Final = ("Pia", "admin@countersign.example")
"""Looks after the installation; belongs to no organisation."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, with names of the organisation's directory: codes of departments, names of everything else."""

    name: str
    department: str
    designation: str
    place: str
    manager: str = ""
    roles: tuple[str, ...] = ()
    leave_balance: int = 12


@dataclass(frozen=True, slots=True)
class Office:
    """A place of work, by its city."""

    city: str
    state: str
    country: str


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation. ``people[0]`` is its tenant admin; of the others, managers come before their reports.

    ``heads`` are people by department code, ``holidays`` a country and a subdivision of the ``holidays`` library.
    ``library`` maps the shipped workflows to what this company writes differently in them.
    """

    slug: str
    name: str
    time_zone: str
    holidays: tuple[str, str | None]
    departments: Mapping[str, str]
    designations: Mapping[str, int]
    offices: tuple[Office, ...]
    roles: Mapping[str, tuple[str, ...]]
    people: tuple[Person, ...]
    designer: str
    heads: Mapping[str, str]
    library: Mapping[str, Mapping[str, str]]
    days_off: Mapping[date, str] = field(default_factory=dict)

    def email(self, name: str) -> str:
        return f"{name.lower()}@{self.slug}.example"


ACME: Final = Company(
    slug="acme",
    name="Acme",
    time_zone="Asia/Kolkata",
    holidays=("IN", None),
    days_off={date(2025, 10, 2): "Gandhi Jayanti"},
    departments={"ENG": "Engineering", "FIN": "Finance", "HR": "HR", "OPS": "Operations"},
    designations={
        "Software Engineer": 3,
        "Engineering Manager": 5,
        "Director of Engineering": 7,
        "HR Partner": 4,
        "HR Lead": 5,
        "Accountant": 3,
        "Finance Manager": 5,
        "Process Designer": 4,
        "Office Manager": 4,
    },
    offices=(
        Office("Bengaluru", "Karnataka", "IN"),
        Office("Pune", "Maharashtra", "IN"),
        Office("Mumbai", "Maharashtra", "IN"),
    ),
    roles={
        "Approver": (),
        "Finance reviewer": (),
        "HR lead": ("task.take_over",),
        "Designer": ("definition.edit", "definition.publish"),
    },
    people=(
        Person("Tess", "OPS", "Office Manager", "Bengaluru", "Meera", leave_balance=16),
        Person("Meera", "ENG", "Director of Engineering", "Bengaluru", "", ("Approver",), 21),
        Person("Ravi", "ENG", "Engineering Manager", "Bengaluru", "Meera", ("Approver",), 14),
        Person("Asha", "ENG", "Software Engineer", "Pune", "Ravi"),
        Person("Hema", "HR", "HR Partner", "Bengaluru", "Meera", leave_balance=9),
        Person("Hari", "HR", "HR Lead", "Bengaluru", "Meera", ("HR lead",), 18),
        Person("Farid", "FIN", "Finance Manager", "Mumbai", "Meera", ("Finance reviewer",), 11),
        Person("Fiona", "FIN", "Accountant", "Mumbai", "Meera", ("Finance reviewer",), 7),
        Person("Fritz", "FIN", "Accountant", "Pune", "Meera", ("Finance reviewer",), 15),
        Person("Omar", "OPS", "Process Designer", "Pune", "Meera", ("Designer",), 10),
    ),
    designer="Omar",
    heads={"ENG": "Meera", "FIN": "Farid", "HR": "Hari", "OPS": "Tess"},
    library={"leave_application": {}, "claim_expense": {}},
)

GLOBEX: Final = Company(
    slug="globex",
    name="Globex",
    time_zone="Europe/Berlin",
    holidays=("DE", "BE"),
    departments={"HR": "HR"},
    designations={"HR Partner": 4, "Head of HR": 6},
    offices=(Office("Berlin", "Berlin", "DE"),),
    roles={"Approver": (), "Designer": ("definition.edit", "definition.publish")},
    people=(
        Person("Gus", "HR", "Head of HR", "Berlin", "", ("Approver", "Designer"), 24),
        Person("Gita", "HR", "HR Partner", "Berlin", "Gus", ("Approver",), 20),
    ),
    designer="Gus",
    heads={"HR": "Gus"},
    library={
        "leave_application": {},
        # Two people and no Finance: HR pays, in euros.
        "claim_expense": {
            '"type": "money"': '"type": "money", "currencies": ["EUR"]',
            '"INR"': '"EUR"',
            '"FIN"': '"HR"',
            "1,000 rupees": "1,000 euros",
            "larger claims are reviewed by Finance": "larger claims are looked at twice",
            "Finance": "HR",
            "a customer in Pune": "a customer in Hamburg",
        },
    },
)

COMPANIES: Final = (ACME, GLOBEX)
