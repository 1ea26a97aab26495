"""Screens with the plug-in types of field."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from types import SimpleNamespace as Some
from typing import Any, Final

from django.utils.datastructures import MultiValueDict

from forms_builder.rendering import StepForm, form_class, reading_form
from forms_builder.schema import FormDocument
from forms_builder.schema.fields import SourcedChoices, SourceName
from forms_builder.schema.sources import FileFacts, NoSources, Option
from tests.browser.gallery.parts import ID, Page, actions, move
from tests.browser.gallery.requests import request
from tests.factories.visits import VISIT

HEMA: Final = "00000000-0000-7000-8000-000000000002"
PHOTO: Final = "00000000-0000-7000-8000-000000000009"
PEOPLE: Final = {HEMA: "Hema Rao", "00000000-0000-7000-8000-000000000003": "Hari Menon"}
SIGNED: Final = [
    [40, 150, 60, 60, 80, 40, 100, 60, 120, 150],
    [55, 110, 110, 105], [160, 150, 170, 100, 190, 95, 200, 110, 195, 140, 215, 150],
    [240, 60, 245, 150, 260, 110, 285, 105, 290, 150], [320, 150, 330, 100, 350, 95, 358, 120, 352, 145, 375, 150],
]  # fmt: skip
VALUES: Final = {
    "host": HEMA, "host_mail": "hema@acme.example", "place": {"latitude": "12.971599", "longitude": "77.594566", "accuracy": 12},
    "fare": {"amount": "312.50", "currency": "INR"}, "rides": 2, "total": {"amount": "625.00", "currency": "INR"}, "went": 4,
    "photo": [PHOTO],
    "signed": {"name": "Asha Verma", "strokes": SIGNED, "by": HEMA, "by_name": "Asha Verma", "at": "2025-09-29T14:30+05:30"},
}  # fmt: skip


class VisitSources(NoSources):
    """Two people, and maps."""

    def search(self, wanted: SourcedChoices, text: str, most: int) -> Sequence[Option]:
        return [Option(value, f"{label} (HR)") for value, label in PEOPLE.items()]

    def labels(self, wanted: SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        return {value: PEOPLE[value] for value in values if value in PEOPLE}

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        return {value: PEOPLE[value] for value in values if value in PEOPLE}

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        return {one: FileFacts(one, "meter.jpg", 84_000, "image/jpeg") for one in ids}

    @property
    def links_to_maps(self) -> bool:
        return True


SOURCES: Final = VisitSources(date(2025, 9, 29))
BAR: Final = [move("Review", people=("Ravi Nair",), note="Two working days to decide")]


def _form(values: Mapping[str, Any], posted: Mapping[str, list[str]] | None = None) -> StepForm:
    made = form_class(FormDocument.load(VISIT["form"]), "report", values=values, sources=SOURCES)
    form = made(MultiValueDict(posted)) if posted is not None else made()
    form.is_valid()
    return form


def _page(form: StepForm) -> Page:
    definition = Some(id=ID, name="Site visit", description="What you saw, and what it cost.", slug="site-visit")
    return "workflows/request_start.html", {"definition": definition, "form": form, "actions": actions(BAR)}


def visit() -> Page:
    return _page(_form({}))


def visit_filled() -> Page:
    return _page(_form(VALUES))


def visit_refused() -> Page:
    posted = {
        "place-latitude": ["91"],
        "place-longitude": ["east"],
        "rides": ["x"],
        "signed-strokes": ["[]"],
        "went": [""],
    }
    return _page(_form({}, posted))


def visit_read() -> Page:
    template, context = request()
    form = reading_form(FormDocument.load(VISIT["form"]), ["report"], values=VALUES, sources=SOURCES)
    return template, {
        **context,
        "form": form,
        "actions": actions([move("Done", "end-good", "Ends the request")], version=3),
    }


COMPONENT_PAGES: Final[Mapping[str, Callable[[], Page]]] = {
    "visit": visit,
    "visit-filled": visit_filled,
    "visit-refused": visit_refused,
    "visit-read": visit_read,
}
