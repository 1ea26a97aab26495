"""An installation's own type of field: one module that nothing else in the product knows by name."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forms_builder.schema import DocumentError, FormDocument

ROOT = Path(__file__).parents[2]
STORY = """
import json
from forms_builder.design.kinds import kind_of, palette
from forms_builder.rendering import form_class, readable_fields, serialize_fields
from forms_builder.schema import FormDocument, check, diff
from forms_builder.schema.component import TypeTaken, register
from tests.forms_builder.documents import MemorySources, document, one_field, posted
from tests.forms_builder.sample_component import Light

why = {**one_field("text"), "name": "why", "visible_when": {"field": "form.it", "op": "eq", "value": "red"}}
spec = document(one_field("light", label="Light"), why)
form = form_class(spec, "any", sources=MemorySources())
page = form()
try:
    register(type("Other", (Light,), {"field": type("OtherField", (Light.field,), {})})())
    taken = ""
except TypeTaken as error:
    taken = str(error)
print(json.dumps({
    "palette": [item.label for _, items in palette() for item in items if item.key == "light"],
    "settings": [setting.key for setting in kind_of("light").settings],
    "problems": [str(one) for one in check(spec)],
    "again": FormDocument.load(spec.to_json()) == spec,
    "diff": diff(document(why), spec),
    "page": form(posted({"it": "red", "why": "Stop"})).stored(),
    "rest": form({"it": "green", "why": "Stop"}).stored(),
    "refused": form({"it": "blue"}).problems,
    "drawn": ["<textarea" in page.render(), "acme/light.js" in page.render()],
    "read": readable_fields(spec, ["any"], {"it": "red"}, sources=MemorySources())[0]["display"],
    "type": serialize_fields(spec, "any", {}, sources=MemorySources())[0]["type"],
    "taken": taken,
}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What a process says that was started with the module in its environment."""
    environment = {**os.environ, "FORM_COMPONENTS": "tests.forms_builder.sample_component"}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    program = f"import django; django.setup()\n{STORY}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_designer_offers_it_with_its_settings(told: dict[str, Any]) -> None:
    assert told["palette"] == ["Traffic light"]
    assert told["settings"] == ["label", "help", "required"]


def test_a_form_with_it_is_written_read_and_compared(told: dict[str, Any]) -> None:
    assert (told["problems"], told["again"]) == ([], True)
    assert told["diff"] == ["Added light field “Light” (it)."]


def test_both_faces_take_and_refuse_the_same(told: dict[str, Any]) -> None:
    assert told["page"] == {"it": "red", "why": "Stop"}
    assert told["rest"] == {"it": "green", "why": None}
    assert told["refused"] == {"it": ["Choose red, amber or green."]}


def test_it_is_drawn_by_its_template_and_its_script_and_read_in_its_words(told: dict[str, Any]) -> None:
    assert told["drawn"] == [True, True]
    assert told["read"] == "The light is red"
    assert told["type"] == "light"


def test_a_type_that_is_there_already_is_refused(told: dict[str, Any]) -> None:
    assert told["taken"] == "The type of field 'light' is there already."


def test_without_the_setting_nobody_knows_it() -> None:
    with pytest.raises(DocumentError) as refusal:
        FormDocument.load({"fields": [{"type": "light", "name": "it", "label": "It"}]})
    assert "There is no type light" in refusal.value.fields["fields.0"][0]
