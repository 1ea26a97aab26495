"""Changing flows past the approvals: a form changes what its page showed, and nothing that came about since."""

from typing import Any

import pytest

from flows.catalogue.services.direct import logical_update
from flows.models import LogicalFlow, PhysicalFlow, SpecificationDataType
from flows.policies import BREAK_GLASS
from tests.factories.accounts import give_role
from tests.flows.pages.story import DELIVERY, REASON, Person, Town, said

pytestmark = pytest.mark.django_db
REPEAT = "open this page again, and repeat your change"


@pytest.fixture
def omar(town: Town) -> Person:
    with town.acme.scope():
        give_role(town.acme.omar, "Custodian", BREAK_GLASS)
    return Person(town.acme.omar)


def as_shown(page: Any, **more: Any) -> dict[str, Any]:
    """What the form of the page posts when only ``more`` is typed."""
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    hidden = [str(field) for field in form.hidden_fields()]
    assert all(one in page.content.decode() for one in hidden)
    posted = {name: value for name, value in shown.items() if value is not None and value is not False}
    return posted | {"reason": "Urgent", **more}


def change_by_proposal(flow: PhysicalFlow, town: Town, maker: Person, approvers: tuple[Person, ...]) -> None:
    answer = maker.send(f"/flows/physical/{flow.id}/propose-update/", **{**DELIVERY, "frequency": "WEEKLY"})
    answer = maker.send(answer.headers["Location"], ids=[str(town.types[code].id) for code in ("ORDER", "PARTY")])
    made = maker.propose_draft(maker.send(answer.headers["Location"], **REASON).headers["Location"])
    for person in approvers:
        person.act(made, "approve")


def now(town: Town, flow: PhysicalFlow) -> tuple[str, str, set[str]]:
    with town.acme.scope():
        row = PhysicalFlow.objects.get(id=flow.id)
        types = SpecificationDataType.objects.filter(specification_id=row.specification_id)
        return row.frequency, row.description, set(types.values_list("data_type__code", flat=True))


def test_what_a_proposal_changed_meanwhile_is_not_put_back(
    town: Town, asha: Person, ravi: Person, hema: Person, omar: Person
) -> None:
    flow = town.physical()
    address = f"/flows/physical/{flow.id}/direct/"
    data = as_shown(omar.load(address), description="At night")
    change_by_proposal(flow, town, asha, (ravi, hema))
    refused = omar.send(address, 422, **data)
    assert REPEAT in said(refused)
    assert "At night" in refused.content.decode()
    assert now(town, flow) == ("WEEKLY", "", {"ORDER", "PARTY"})
    assert REPEAT in said(omar.send(address, 422, **as_shown(refused)))
    omar.send(address, **as_shown(omar.load(address), description="At night"))
    assert now(town, flow) == ("WEEKLY", "At night", {"ORDER", "PARTY"})


def test_what_the_specification_carries_through_another_flow_counts_too(town: Town, omar: Person) -> None:
    flow = town.physical()
    with town.acme.scope():
        other = PhysicalFlow.objects.create(
            organisation_id=flow.organisation_id,
            logical_flow_id=flow.logical_flow_id,
            specification_id=flow.specification_id,
            name="at noon",
            transport="FILE_TRANSPORT",
            frequency="DAILY",
        )
    address = f"/flows/physical/{flow.id}/direct/"
    data = as_shown(omar.load(address), description="At night")
    beside = f"/flows/physical/{other.id}/direct/"
    omar.send(beside, **as_shown(omar.load(beside), ids=[str(town.types["PARTY"].id)]))
    assert REPEAT in said(omar.send(address, 422, **data))
    assert now(town, flow) == ("DAILY", "", {"PARTY"})


def test_a_logical_flow_keeps_what_was_changed_meanwhile(town: Town, omar: Person) -> None:
    logical_id = town.physical().logical_flow_id
    address = f"/flows/logical/{logical_id}/direct/"
    data = as_shown(omar.load(address), external_id="LF-7")
    with town.acme.scope():
        logical_update(actor=omar.member, flow_id=logical_id, values={"is_readonly": True}, reason="Kept elsewhere")
    refused = omar.send(address, 422, **data)
    assert REPEAT in said(refused)
    assert "LF-7" in refused.content.decode()
    with town.acme.scope():
        flow = LogicalFlow.objects.get(id=logical_id)
        assert (flow.external_id, flow.is_readonly) == ("", True)
    omar.send(address, **as_shown(omar.load(address), external_id="LF-7"))
    with town.acme.scope():
        assert LogicalFlow.objects.get(id=logical_id).external_id == "LF-7"
