"""An organisation with a published leave application, as the benchmarks meet it. Import only after ``server.running``."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from config.heap import settle


@dataclass(frozen=True)
class World:
    """Ids of one organisation; ``people`` in the order p1, p2, ..."""

    organisation_id: UUID
    slug: str
    definition_id: UUID
    version_id: UUID
    admin: Any
    employee: Any
    manager: Any
    officer: Any


def prepare(database: str, server: Any) -> None:
    """Point Django at an empty migrated database."""
    from benchmarks.server import fresh_database
    from config.embedded import roles

    fresh_database(server, database)
    django.setup()
    for alias, role in (("default", roles.APP), ("owner", roles.OWNER)):
        settings.DATABASES[alias] |= {"NAME": database, "USER": role}
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    settle()  # as every process of the product does when it starts


def build(slug: str, *, people: int = 50) -> World:
    """One organisation, its people in HR and Engineering, and the shipped leave application, published."""
    from accounts.models import Department, Membership, Organisation, WorkingCalendar
    from accounts.tenancy.scope import organisation_scope
    from config.demo import scale

    organisation = Organisation.objects.create(slug=slug, name=slug.title(), time_zone="Asia/Kolkata")
    with organisation_scope(organisation.id):
        departments = [
            Department.objects.create(organisation=organisation, code=code, name=code).id for code in ("ENG", "HR")
        ]
        WorkingCalendar.objects.create(
            organisation=organisation, name="Office", time_zone="Asia/Kolkata", is_default=True
        )
        scale.people(organisation.id, slug, people, departments, make_password("countersign-demo"))
        admin = Membership.objects.get(organisation=organisation, is_tenant_admin=True)
        definition, version = _published(admin, leave())
        everybody = {m.name: m for m in Membership.objects.select_related("user", "organisation", "department")}
    return World(
        organisation.id,
        slug,
        definition.id,
        version.id,
        admin=admin,
        employee=everybody["Person 12"],
        manager=everybody["Person 2"],
        officer=next(m for m in everybody.values() if m.department.code == "HR" and m.name != "Person 2"),
    )


def analyse() -> None:
    """Have the server count its rows, as it does by itself a minute later."""
    from config.demo import scale

    scale.analyse()


def leave() -> dict[str, Any]:
    """The document of the shipped leave application."""
    from workflows.library import library_item

    return library_item("leave_application").to_json()


def publish(world: World, document: dict[str, Any]) -> UUID:
    """Another workflow of the organisation; returns its id."""
    from accounts.tenancy.scope import organisation_scope

    with organisation_scope(world.organisation_id):
        definition, _ = _published(world.admin, document)
    found: UUID = definition.id
    return found


def _published(admin: Any, document: dict[str, Any]) -> tuple[Any, Any]:
    from workflows.graph.definition import DefinitionDocument
    from workflows.services.definitions import definition_import, definition_publish

    imported = definition_import(document=DefinitionDocument.load(document), actor=admin)
    return imported.definition, definition_publish(definition_id=imported.definition.id, actor=admin)
