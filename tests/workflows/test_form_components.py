"""A request whose form has one of each plug-in type of field, over REST and on the pages."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Membership
from forms_builder.services.attachments import attachment_add
from tests.cast import Acme, Globex
from tests.factories import visits
from tests.factories import workflows as make
from tests.factories.forms_builder import upload
from tests.forms_builder.test_pictures import jpeg
from tests.scenarios.rest import Rest
from tests.workflows.views.story import hidden, load, send, signed_in, text
from workflows.models import WorkflowDefinition, WorkflowRun

STROKES = [[0, 0, 300, 100]]
START = "/start/site-visit/"


@pytest.fixture
def visit(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        return make.publish(visits.VISIT, acme.omar)


def photo_of(member: Membership, world: Acme | Globex) -> str:
    with world.scope():
        return str(attachment_add(actor=member, upload=upload("meter.jpg", jpeg("home"))).id)


def answers(acme: Acme) -> dict[str, Any]:
    return {
        "host": str(acme.hema.id), "place": {"latitude": 52.52, "longitude": "13.404954", "accuracy": 8},
        "fare": "12.50", "rides": 3, "photo": [photo_of(acme.asha, acme)], "went": 4,
        "signed": {"name": "Asha Rao", "strokes": STROKES},
    }  # fmt: skip


def started(acme: Acme) -> dict[str, Any]:
    return Rest(acme.asha).start("Site visit", answers(acme))


def field(task: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in task["fields"] if one["name"] == name)
    return found


@pytest.mark.django_db
def test_a_request_is_started_read_and_completed_over_rest(acme: Acme, visit: WorkflowDefinition) -> None:
    run = started(acme)
    data = run["data"]
    assert data["total"] == {"amount": "37.50", "currency": "INR"}
    assert data["host_mail"] == acme.hema.email
    assert data["place"] == {"latitude": "52.520000", "longitude": "13.404954", "accuracy": 8}
    assert (data["signed"]["by"], data["signed"]["strokes"]) == (str(acme.asha.id), STROKES)
    ravi = Rest(acme.ravi)
    task = ravi.task(run)
    assert field(task, "host")["display"] == "Hema"
    assert field(task, "went")["display"] == "4 of 5"
    assert field(task, "went")["limits"] == {"lowest": "Badly", "highest": "Well"}
    assert field(task, "total") | {"help": ""} == {
        "name": "total", "label": "To be paid back", "help": "", "type": "computed", "access": "read", "required": False,
        "visible": True, "value": {"amount": "37.50", "currency": "INR"}, "display": "INR 37.50",
        "limits": {"formula": "form.fare * form.rides", "result": "money"},
    }  # fmt: skip
    assert field(task, "signed")["display"].startswith("Asha Rao, signed ")
    done = ravi.complete(task, "Done", data={"trust": 5})
    assert done["status"] == "completed"
    assert "trust" not in Rest(acme.asha).read(f"runs/{run['id']}/")["data"]


BAD: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"total": {"amount": "1", "currency": "INR"}}, ("data.total",)),
    ({"trust": 5}, ("data.trust",)),
    ({"went": 6}, ("data.went",)),
    ({"went": "1e400"}, ("data.went",)),
    ({"went": None}, ("data.went",)),
    ({"place": {"latitude": 91, "longitude": 0}}, ("data.place.latitude",)),
    ({"place": {"latitude": "NaN", "longitude": "Infinity"}}, ("data.place.latitude", "data.place.longitude")),
    ({"place": {"latitude": 1, "longitude": 1, "altitude": 3}}, ("data.place",)),
    ({"place": [1, 2]}, ("data.place",)),
    ({"signed": {"name": "A", "strokes": [[0, 0]] * 300}}, ("data.signed.strokes",)),
    ({"signed": {"name": "A", "strokes": "<svg onload=x>"}}, ("data.signed.strokes",)),
    ({"signed": {"name": "a\x01b"}}, ("data.signed.name",)),
    ({"signed": "Asha"}, ("data.signed",)),
    ({"signed": None}, ("data.signed",)),
    ({"photo": ["01890000-0000-7000-8000-000000000000"]}, ("data.photo",)),
    ({"photo": "meter.jpg"}, ("data.photo",)),
    ({"host": "Hema"}, ("data.host",)),
    ({"host": ["x"]}, ("data.host",)),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("wrong", "places"), BAD, ids=lambda one: str(one)[:50])
def test_a_bad_value_is_told_at_its_place_and_nothing_is_made(
    acme: Acme, visit: WorkflowDefinition, wrong: dict[str, Any], places: tuple[str, ...]
) -> None:
    answer = Rest(acme.asha).post(f"workflows/{visit.id}/runs/", {"data": answers(acme) | wrong})
    assert answer.status_code == 422, answer.content
    assert set(answer.json()["errors"]) == set(places)
    with acme.scope():
        assert not WorkflowRun.objects.exists()


@pytest.mark.django_db
def test_what_belongs_to_another_organisation_or_person_is_not_there(
    acme: Acme, globex: Globex, visit: WorkflowDefinition
) -> None:
    wrong = {"host": str(globex.gita.id), "photo": [photo_of(globex.gita, globex)]}
    answer = Rest(acme.asha).post(f"workflows/{visit.id}/runs/", {"data": answers(acme) | wrong})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"data.host", "data.photo"})
    strangers = {"photo": [photo_of(acme.ravi, acme)]}
    assert Rest(acme.asha).post(f"workflows/{visit.id}/runs/", {"data": answers(acme) | strangers}).status_code == 422


POSTED = {
    "fare": "12.50", "rides": "3", "went": "4", "place-latitude": "52.52", "place-longitude": "13.4", "signed-name": "Asha Rao",
    "signed-strokes": "[[0,0,300,100]]",
}  # fmt: skip


@pytest.mark.django_db
def test_the_pages_work_without_script(acme: Acme, visit: WorkflowDefinition) -> None:
    asha = signed_in(acme.asha)
    keys = hidden(load(asha, START))
    typed = POSTED | {"host": str(acme.hema.id), "transition": "Review"} | keys
    found = text(send(asha, START, **typed, redraw="host", **{"host-search": "hari"}))
    assert ">Hari (HR)</option>" in found
    assert ">Farid" not in found
    filled = text(send(asha, START, **typed, redraw="host.fill"))
    assert f'value="{acme.hema.email}"' in filled
    assert "INR 37.50</output>" in text(send(asha, START, **typed, redraw="total"))
    with acme.scope():
        assert not WorkflowRun.objects.exists()
    answer = send(asha, START, **typed, photo=upload("meter.jpg", jpeg("home")))
    assert answer.status_code == 302, text(answer)
    ravis = text(load(signed_in(acme.ravi), answer["Location"]))
    for words in (
        "INR 37.50",
        "4 of 5",
        "Asha Rao, signed",
        '<polyline points="0,0 300,100"/>',
        "52.520000, 13.400000",
        "Hema",
    ):
        assert words in ravis
    assert 'name="total"' not in ravis
    assert 'name="trust"' in ravis


@pytest.mark.django_db
def test_the_export_has_them_in_words(acme: Acme, visit: WorkflowDefinition) -> None:
    run = started(acme)
    with acme.scope():
        assert WorkflowRun.objects.get(id=UUID(run["id"])).data["total"]["amount"] == "37.50"
    answer: Any = signed_in(acme.tess).get(f"/workflows/{visit.id}/runs/export/")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["To be paid back"], row["How it went"], row["Whom you visited"]) == ("INR 37.50", "4 of 5", "Hema")
    assert row["Where"] == "52.520000, 13.404954 (within 8 m)"
    assert row["Signature"].startswith("Asha Rao, signed ")
