"""The description of the API is a contract: it is committed, it is whole, and a change of it is seen.

After a wanted change: ``DJANGO_SETTINGS_MODULE=config.settings.test .venv/bin/python manage.py spectacular --validate
--fail-on-warn --file docs/api/openapi.yaml``, and note the change in ``CHANGELOG.md``.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from tests.contracts.url_table import addresses, methods_of

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "api" / "openapi.yaml"
COMMAND = (__doc__ or "").partition("``")[2].partition("``")[0]
# The description itself, and the page to try it on.
UNDESCRIBED = {"/api/v1/schema/", "/api/v1/docs/"}
MOST_SUMMARY = 120


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    return found


def test_the_committed_description_is_the_true_one(schema: dict[str, Any]) -> None:
    renderer: Any = OpenApiYamlRenderer()
    fresh = renderer.render(schema, renderer_context={}).decode()
    assert SNAPSHOT.read_text() == fresh, f"The API has changed. If that is wanted: {COMMAND}"


def test_it_is_valid(schema: dict[str, Any]) -> None:
    check: Any = validate_schema
    check(schema)


def test_every_address_and_method_is_described(schema: dict[str, Any]) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}"), method)
        for route, view in addresses()
        if route.startswith("api/")
        for method in methods_of(view)
    }
    described = {(path, method) for path, entry in schema["paths"].items() for method in entry}
    assert {line for line in served if line[0] not in UNDESCRIBED} == described


def test_every_operation_says_what_it_does_and_how_it_refuses(schema: dict[str, Any]) -> None:
    for path, entry in schema["paths"].items():
        for method, operation in entry.items():
            place = f"{method} {path}"
            assert operation.get("description"), place
            assert 0 < len(operation.get("summary", "")) <= MOST_SUMMARY, place
            refused = operation["responses"]["default"]["content"]
            assert list(refused) == ["application/problem+json"], place
            headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
            # An answer of auth/ holds tokens: it is not kept, and a second refresh would end the login.
            assert ("Idempotency-Key" in headers) == (method == "post" and "/auth/" not in path), place


def test_every_parameter_says_what_it_is(schema: dict[str, Any]) -> None:
    for path, entry in schema["paths"].items():
        for method, operation in entry.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    assert parameter.get("description"), f"{method} {path} {parameter['name']}"
                    assert parameter["schema"].get("items", {}).get("type", "string") == "string"


def test_a_body_says_that_it_knows_no_other_names(schema: dict[str, Any]) -> None:
    """Only a login may bring more along; a whole workflow is described elsewhere."""
    bodies = {name: one for name, one in schema["components"]["schemas"].items() if name.endswith("BodyRequest")}
    sent = {
        media["schema"]["$ref"].rpartition("/")[2]
        for entry in schema["paths"].values()
        for operation in entry.values()
        for media in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in media["schema"]
    }
    assert sent - set(bodies) == {"CredentialsRequest", "RefreshRequest", "FlowDefRequest"}
    assert all(one["additionalProperties"] is False for one in bodies.values())


def test_no_word_of_an_older_openapi(schema: dict[str, Any]) -> None:
    """In 3.1 `nullable` means nothing: the next page of a list could not be null."""
    assert "'nullable'" not in str(schema)
    pages = [one for name, one in schema["components"]["schemas"].items() if name.startswith("Paginated")]
    for page in pages:
        assert {"results", "next", "previous"} <= set(page["required"])
        assert page["properties"]["next"]["type"] == page["properties"]["previous"]["type"] == ["string", "null"]


def test_a_file_has_its_own_type(schema: dict[str, Any]) -> None:
    answers = schema["paths"]["/api/v1/attachments/{attachment_id}/"]["get"]["responses"]
    assert list(answers["200"]["content"]) == ["*/*"]


@pytest.mark.django_db
def test_anybody_may_read_it() -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    assert yaml.safe_load(answer.content)["openapi"].startswith("3.1")
    assert Client().get("/api/v1/docs/").status_code == 200
