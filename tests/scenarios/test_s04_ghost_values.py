"""S4: a field that is hidden again keeps no value, however it was sent; until then what was typed is not lost."""

from typing import Any

from tests.cast import Acme
from tests.scenarios.pages import Pages, hidden, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import CLAIM, stored
from workflows.models import WorkflowDefinition

PAGE = {
    "purpose": "Customer visit",
    "lines-0-day": "2025-09-26",
    "lines-0-description": "Train",
    "lines-0-category": "travel",
    "lines-0-amount": "450.00",
    "lines-0-amount_currency": "INR",
}
START = "/start/claim-expense/"


def send(asha: Pages, **fields: str) -> Any:
    body = {**PAGE, **fields, "transition": "Manager approval", "idempotency_key": hidden(asha.read(START))}
    return asha.client.post(START, body)


def test_on_the_page_yes_then_no(acme: Acme, expense: WorkflowDefinition) -> None:
    asha = Pages(acme.asha)
    page = asha.read(START)
    assert ('name="client_name"' in page, "data-" in page) == (True, True)
    asked = send(asha, billable="yes")
    assert (asked.status_code, "client" in said(asked).lower()) == (422, True)
    # Sent back because of something else: the name is still in its box, so switching back brings it up again.
    wrong = send(asha, billable="no", client_name="Globex", **{"lines-0-description": ""})
    assert (wrong.status_code, 'value="Globex"' in wrong.content.decode()) == (422, True)
    done = send(asha, billable="no", client_name="Globex")
    assert done.status_code == 302, said(done)
    run_id = done["Location"].split("/")[2]
    assert (stored(acme, run_id)["billable"], stored(acme, run_id).get("client_name")) == ("no", None)
    assert "Globex" not in asha.request(run_id)
    assert "Globex" not in Pages(acme.ravi).request(run_id)
    kept = send(asha, billable="yes", client_name="Globex")["Location"].split("/")[2]
    assert stored(acme, kept)["client_name"] == "Globex"


def test_over_rest_a_hidden_value_is_not_kept_and_not_required(acme: Acme, expense: WorkflowDefinition) -> None:
    asha = Rest(acme.asha)
    ghost = asha.start("Claim Expense", {**CLAIM, "billable": "no", "client_name": "Globex"})
    assert stored(acme, ghost["id"]).get("client_name") is None
    assert "Globex" not in asha.get(f"runs/{ghost['id']}/").content.decode()
    refused = asha.post(f"workflows/{expense.id}/runs/", {"data": {**CLAIM, "billable": "yes"}})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["data.client_name"])
    kept = asha.start("Claim Expense", {**CLAIM, "billable": "yes", "client_name": "Globex"})
    assert stored(acme, kept["id"])["client_name"] == "Globex"


def test_sent_back_and_changed_the_value_goes_too(acme: Acme, expense: WorkflowDefinition) -> None:
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    run = asha.start("Claim Expense", {**CLAIM, "billable": "yes", "client_name": "Globex"})
    ravi.complete(ravi.task(run), "Claim", comment="Is it billable?")
    back = asha.task(run)
    asha.complete(back, "Manager approval", data={**CLAIM, "billable": "no"})
    assert stored(acme, run["id"]).get("client_name") is None
    assert "Globex" not in Pages(acme.ravi).request(run["id"])
