"""The diagram of a proposal's life: drawn from the state metadata, and the documentation's is the one that these draw."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation
from accounts.tenancy.scope import organisation_scope
from config.management.commands.life_diagram import drawn_in
from flows.setup import PROPOSAL_WORKFLOW, organisation_prepare
from tests.cast import Acme
from workflows.models import EntityStateKind, EntityWorkflow

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "subsystems" / "flows.md"

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation(acme: Acme) -> Iterator[Organisation]:
    with organisation_scope(acme.organisation.id):
        organisation_prepare(acme.organisation.id)
        yield acme.organisation


def drawn() -> str:
    out = StringIO()
    call_command("life_diagram", "--organisation", "acme", stdout=out)
    return out.getvalue()


def test_the_documented_diagram_is_what_the_metadata_draw(organisation: Organisation) -> None:
    assert drawn_in(DOCUMENT.read_text()) == drawn()


def test_every_allowed_step_is_an_arrow(organisation: Organisation) -> None:
    lines = drawn().splitlines()
    workflow = EntityWorkflow.objects.get(code=PROPOSAL_WORKFLOW)
    steps = {f"    {one.from_state.code} --> {one.to_state.code}" for one in workflow.state_nexts.all()}
    ends = {f"    {one.code} --> [*]" for one in workflow.state_kinds.filter(is_end=True)}
    assert {line for line in lines if "-->" in line} == steps | ends | {"    [*] --> PROPOSED_CREATE"}


def test_a_state_of_the_organisation_is_drawn(organisation: Organisation, tmp_path: Path) -> None:
    workflow = EntityWorkflow.objects.get(code=PROPOSAL_WORKFLOW)
    EntityStateKind.objects.create(
        organisation=organisation, workflow=workflow, code="DATA_APPROVED", name="Data owner approved", position=45
    )
    page = tmp_path / "page.md"
    page.write_text("Before\n```mermaid\nold\n```\nAfter\n")
    call_command("life_diagram", "--organisation", "acme", "--into", str(page))
    assert 'state "Data owner approved" as DATA_APPROVED' in drawn_in(page.read_text())
    assert page.read_text().startswith("Before\n```mermaid\nstateDiagram-v2\n")
    assert page.read_text().endswith("```\nAfter\n")


def test_it_says_what_is_missing(organisation: Organisation, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Nothing here\n")
    with pytest.raises(CommandError, match="no Mermaid block"):
        call_command("life_diagram", "--organisation", "acme", "--into", str(page))
    with pytest.raises(CommandError, match="no organisation"):
        call_command("life_diagram", "--organisation", "nobody")
    with pytest.raises(CommandError, match="no tracking workflow"):
        call_command("life_diagram", "--organisation", "acme", "--life", "nothing")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("life_diagram", "--organisation", "acme", "--into", str(tmp_path / "nothing.md"))
    page.write_bytes(b"\xff")
    with pytest.raises(CommandError, match="not a text in UTF-8"):
        call_command("life_diagram", "--organisation", "acme", "--into", str(page))
