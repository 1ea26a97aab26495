"""Imports of the catalogue, and the loader of the administration. Omar may import."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from flows.models import CatalogueImport, CatalogueImportFile, CatalogueImportRow, ImportState
from tests.contracts.url_table import Line, World
from tests.factories.accounts import give_role
from tests.factories.flows import organisation_prepare


def importer(world: World) -> None:
    organisation_prepare(world.acme.organisation.id)
    give_role(world.acme.omar, "Importer", "flow.catalogue_import")


def checked(world: World) -> CatalogueImport:
    """A file that was checked: one row is new, one is wrong."""
    world(importer)
    own = {"organisation": world.acme.organisation}
    row: CatalogueImport = CatalogueImport.objects.create(
        **own,
        kind="entities",
        file_name=f"{world.canary}.csv",
        state=ImportState.CHECKED,
        report={"new": 1, "changed": 0, "unchanged": 0, "wrong": 1},
        errors=[{"row": 3, "column": "name", "message": world.canary}],
        error_count=1,
        by_name=world.canary,
    )
    CatalogueImportFile.objects.create(**own, catalogue_import=row, content=b"external_id,name\nA,B\n")
    for number, action in ((2, "new"), (3, "wrong")):
        CatalogueImportRow.objects.create(
            **own,
            catalogue_import=row,
            number=number,
            action=action,
            values={"external_id": "A", "name": world.canary},
            problems=[["name", world.canary]],
        )
    return row


def of_import(world: World) -> Mapping[str, Any]:
    return {"import_id": world(checked).id}


def granted(world: World) -> Mapping[str, Any]:
    """The right, and no argument."""
    world(importer)
    return {}


def a_file(world: World) -> Mapping[str, Any]:
    return {"kind": "entities", "file": SimpleUploadedFile("apps.csv", b"external_id,name\nA,B\n")}


WHO: dict[str, Any] = {"holder": "omar", "without": "asha"}
ONE = "flows/imports/<uuid:import_id>/"
TEMPLATE = "flows/imports/templates/<slug:kind>.<slug:ending>"
LINES: list[Line] = [
    Line("flows/imports/", "get", **WHO, ids=granted),
    Line("flows/imports/new/", "get", **WHO, ids=granted),
    Line("flows/imports/new/", "post", **WHO, ids=granted, data=a_file),
    Line(TEMPLATE, "get", **WHO, ids=granted, at="flows/imports/templates/entities.csv"),
    Line(ONE, "get", **WHO, ids=of_import),
    Line(f"{ONE}errors.csv", "get", **WHO, ids=of_import),
    Line(f"{ONE}apply/", "post", **WHO, ids=of_import, data={"skip_errors": "true"}),
    Line(f"{ONE}check/", "post", **WHO, ids=of_import),
    Line(f"{ONE}discard/", "post", **WHO, ids=of_import),
    Line("admin/flows/backfill/start/", "post", holder="tess", without="asha"),
]
ADMIN_ROWS: dict[str, Any] = {}
