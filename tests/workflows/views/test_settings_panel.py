"""The settings of steps, ways and the workflow, and rules in the rule editor, without script and as htmx gets them."""

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Acme
from tests.scenarios.pages import Pages
from tests.workflows.ruled import PLACES, ruled
from workflows.drafting.edits.rule_places import SORTS, rule_at, rule_place
from workflows.graph.document import GraphDocument
from workflows.models import SavedCondition, WorkflowDefinition
from workflows.selectors.drafts import Draft, access_draft
from workflows.services.configured_tasks import configured_task_save
from workflows.services.definitions import definition_import
from workflows.services.drafts import draft_edit
from workflows.services.node_trial import node_trial

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def graph(acme: Acme, flow: WorkflowDefinition) -> GraphDocument:
    with acme.scope():
        return access_draft(acme.omar, flow.id).graph


def post(acme: Acme, flow: WorkflowDefinition, what: str, headers: Any = None, **data: Any) -> Any:
    given = {"id": str(uuid4()), "tab": "outline"} | data
    return Pages(acme.omar).client.post(f"/workflows/{flow.id}/design/{what}", given, headers=headers or {})


def read(acme: Acme, flow: WorkflowDefinition, what: str) -> str:
    return Pages(acme.omar).read(f"/workflows/{flow.id}/design/{what}")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("graph/steps/hr_review", "If it names several"),
        ("graph/steps/apply", "Form at this step"),
        ("graph/steps/approved", "Outcome"),
        ("graph/transitions/manager_to_hr", "The way is always open."),
        ("graph", "Hear of every request"),
    ],
)
def test_every_item_has_its_settings(acme: Acme, flow: WorkflowDefinition, place: str, words: str) -> None:
    assert words in read(acme, flow, f"item/?place={place}")
    client, gone = Pages(acme.omar).client, f"/workflows/{flow.id}/design/item/?place=graph/steps/gone"
    assert client.get(gone).status_code == 404
    assert "took this away" in client.get(gone, headers=HTMX).content.decode()


def test_people_outside_are_set_by_a_form(acme: Acme, flow: WorkflowDefinition) -> None:
    said = {"edit": "outside.set", "step": "manager_review", "section": "set-outside", "days": "3", "code": "on"}
    item = f"/workflows/{flow.id}/design/item/?place=graph/steps/manager_review"
    assert "Decided from outside" in read(acme, flow, "item/?place=graph/steps/manager_review")
    wrong = post(acme, flow, "edit/", next=item, **said, addresses="jane@client.example\nnobody")
    assert (wrong.status_code, "is no mail address" in wrong.content.decode()) == (422, True)
    answer = post(acme, flow, "edit/", next=item, **said, addresses="jane@Client.example", text="Please read.")
    assert answer.status_code == 303
    outside = graph(acme, flow).steps[1].outside
    assert outside is not None
    assert (outside.addresses, outside.days, outside.code, outside.text) == (
        ("jane@client.example",), 3, True, "Please read.",
    )  # fmt: skip
    assert post(acme, flow, "edit/", next=item, **said).status_code == 303
    assert graph(acme, flow).steps[1].outside is None


def test_who_is_asked_is_set_by_a_form(acme: Acme, flow: WorkflowDefinition) -> None:
    said = {"edit": "step.assignee", "step": "hr_review", "who": "rule", "mode": "panel", "fallback.0": "manager"}
    more = {"fallback.1": "workflow_owner", "not_requester": "on", "not_same_as": "manager_review", "by_mail": "login"}
    answer = post(
        acme, flow, "edit/", next=f"/workflows/{flow.id}/design/item/?place=graph/steps/hr_review", **said, **more
    )
    assert answer.status_code == 303
    step = graph(acme, flow).step("hr_review")
    assert step is not None
    assert step.assignee is not None
    assert step.approval is not None
    assert (str(step.assignee.mode), step.assignee.fallback) == ("panel", ("manager", "workflow_owner"))
    assert (step.assignee.separation.not_same_as, str(step.assignee.by_mail)) == (("manager_review",), "login")
    assert (step.approval.rule, step.approval.approve, step.approval.reject) == ("all", "hr_approves", "hr_rejects")
    assert "The panel agrees when" in read(acme, flow, "item/?place=graph/steps/hr_review")


def test_a_refused_limit_keeps_what_was_typed(acme: Acme, flow: WorkflowDefinition) -> None:
    said = {
        "edit": "sla.set",
        "place": "graph/steps/hr_review/sla",
        "mode": "own",
        "period": "soon",
        "section": "set-sla",
    }
    panel = {"panel": "graph/steps/hr_review"}
    for headers in ({}, HTMX):
        answer = post(acme, flow, "edit/", headers=headers, **said, **panel)
        assert answer.status_code == 422
        assert "Write a number and a unit" in answer.content.decode()
    rungs = {"rungs.0.do": "remind", "rungs.0.when": "before", "rungs.0.offset": "4h", "rungs.1.do": "hand_over"}
    answer = post(acme, flow, "edit/", headers=HTMX, **(said | {"period": "3d"}), **panel, **rungs)
    assert answer.status_code == 200
    assert 'id="design-head" hx-swap-oob="true"' in answer.content.decode()
    step = graph(acme, flow).step("hr_review")
    assert step is not None
    assert [(str(rung.do), rung.offset) for rung in step.sla.rungs] == [("remind", "4h"), ("hand_over", "")]


def test_a_rule_is_edited_row_by_row_without_script(acme: Acme, flow: WorkflowDefinition) -> None:
    place = "rule/?place=graph/steps/hr_review/assignee/rule"
    page = read(acme, flow, place)
    assert "Matches 2 people:" in page
    assert "Hari, Hema" in page
    rows = {"rule.kind": "all", "rule.0.kind": "row", "rule.0.field": "candidate.department", "rule.0.op": "eq"}
    more = {"rule.0.value": "HR", "rule.1.kind": "row", "rule.1.field": "candidate.id", "rule.1.op": "ne"}
    drawn = post(acme, flow, place, **rows, **{"rule.do": "add:"}).content.decode()
    assert 'name="rule.1.field"' in drawn
    wrong = post(acme, flow, place, **rows, **more)
    assert (wrong.status_code, "Fill this in" in wrong.content.decode()) == (422, True)
    other = {"rule.1.value.mode": "field", "rule.1.value.field": "requester.id"}
    done = post(acme, flow, place, **rows, **more, **other)
    assert done.status_code == 303
    step = graph(acme, flow).step("hr_review")
    assert step is not None
    assert step.assignee is not None
    assert isinstance(step.assignee.rule, dict)
    assert [one["field"] for one in step.assignee.rule["all"]] == ["candidate.department", "candidate.id"]


def test_the_sorts_of_places_are_all_there() -> None:
    assert {rule_place(ruled(""), place).sort for place in PLACES} == set(SORTS)


@pytest.mark.parametrize("place", PLACES)
def test_a_rule_is_put_together_at_every_place(acme: Acme, place: str) -> None:
    with acme.scope():
        flow = definition_import(actor=acme.omar, document=ruled("Ruled")).definition
    address, more = f"rule/?place={place}", {"rule.kind": "all", "rule.0.kind": "row", "rule.1.kind": "any"}
    begun = post(acme, flow, address, **{"rule.do": "add:"}).content.decode()
    found = re.search(r'<optgroup.*?<option value="([^"]+)"', begun)
    assert found
    field = found[1]
    more |= {"rule.0.field": field, "rule.0.op": "is_set"}
    assert 'name="rule.1.0.field"' in post(acme, flow, address, **more, **{"rule.do": "group:"}).content.decode()
    more |= {"rule.1.0.kind": "row"}
    wrong = post(acme, flow, address, **more)
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert re.search(r'id="rule-1-0-field"[^>]* aria-invalid="true"[^>]* autofocus', page)
    assert "Choose what the condition asks about." in page.partition('id="rule-1-0"')[2]
    more |= {"rule.1.0.field": field, "rule.1.0.op": "is_empty"}
    assert post(acme, flow, address, **more).status_code == 303
    with acme.scope():
        draft = access_draft(acme.omar, flow.id).document
    inner = {"any": [{"field": field, "op": "is_empty"}]}
    assert rule_at(draft, rule_place(draft, place)) == {"all": [{"field": field, "op": "is_set"}, inner]}


def test_a_rule_is_tried_with_a_sample(acme: Acme, flow: WorkflowDefinition) -> None:
    place = "rule/?place=graph/transitions/manager_to_hr/condition"
    rows = {"rule.kind": "all", "rule.0.kind": "row", "rule.0.field": "record.criticality", "rule.0.op": "eq"}
    more = {"rule.0.value": "high", "rule.1.kind": "row", "rule.1.field": "actor.department", "rule.1.op": "eq"}
    sample = {"rule.1.value": "ENG", "rule.try.record.criticality": "low", "rule.try.person.actor": str(acme.ravi.id)}
    page = post(acme, flow, place, headers=HTMX, **rows, **more, **sample, **{"rule.do": "try"}).content.decode()
    assert "Does not hold for this sample" in page
    assert "was low" in page
    assert "was ENG" in page


def test_visibility_and_validation_use_the_same_editor(acme: Acme, flow: WorkflowDefinition) -> None:
    place = "rule/?place=form/fields/criticality/visible_when"
    assert "The field is always shown." in read(acme, flow, place)
    rows = {"rule.kind": "all", "rule.0.kind": "row", "rule.0.field": "user.department", "rule.0.op": "eq"}
    assert post(acme, flow, place, **rows, **{"rule.0.value": "ENG"}).status_code == 303
    with acme.scope():
        form = access_draft(acme.omar, flow.id).form
        draft_edit(
            actor=acme.omar, definition_id=flow.id, name="rule.set", params={"place": place[12:], "rule": None}, key=uuid4()
        )  # fmt: skip
    assert form.by_name["criticality"].visible_when == {"field": "user.department", "op": "eq", "value": "ENG"}
    assert (
        Pages(acme.omar).client.get(f"/workflows/{flow.id}/design/rule/?place=graph/steps/no/join").status_code == 404
    )
    assert "javascript:" not in read(acme, flow, f"{place}&next=javascript:alert(1)")


def test_all_rules_are_in_one_list(acme: Acme, flow: WorkflowDefinition) -> None:
    page = read(acme, flow, "?tab=rules")
    assert "Who is asked: “HR review”" in page
    assert "Person&#x27;s department code is &quot;HR&quot;" in page
    assert "design/rule/?place=graph%2Fsteps%2Fhr_review%2Fassignee%2Frule" in page


def test_a_rule_is_kept_under_a_name_and_used_elsewhere(acme: Acme, flow: WorkflowDefinition) -> None:
    hr = "rule/?place=graph/steps/hr_review/assignee/rule"
    rows = {"rule.kind": "all", "rule.0.kind": "row", "rule.0.field": "candidate.department", "rule.0.op": "eq"}
    kept = post(acme, flow, hr, **rows, **{"rule.0.value": "HR", "do": "keep", "keep.name": "HR people"})
    assert "“HR people” can be used in other rules now." in kept.content.decode()
    again = post(acme, flow, hr, **rows, **{"rule.0.value": "HR", "do": "keep", "keep.name": "HR people"})
    assert (again.status_code, "There is one of this name already." in again.content.decode()) == (422, True)
    other = "rule/?place=graph/steps/manager_review/assignee/rule"
    page = read(acme, flow, other)
    assert "HR people</option>" in page
    with acme.scope():
        key = str(SavedCondition.objects.get().id)
    used = post(
        acme, flow, other, **rows, **{"rule.0.value": "ENG", "rule.do": "saved", "rule.saved": key}
    ).content.decode()
    assert "“HR people” (person&#x27;s department code is &quot;HR&quot;)" in used


def test_the_work_of_a_machine_is_set_and_tried(acme: Acme, flow: WorkflowDefinition) -> None:
    place, more = "graph/steps/check", {"name": "Check", "kind": "auto", "after": "hr_review"}
    assert post(acme, flow, "edit/", edit="step.add", **more).status_code == 303
    assert post(acme, flow, "edit/", edit="node.choose", step="check", kind="formula").status_code == 303
    settings = {"set.values.key": "left", "set.values.value": "record.balance - 2", "try.record.balance": "12"}
    tried = post(acme, flow, f"node/?place={place}", **settings, do="try").content.decode()
    assert "It works with this sample." in tried
    assert re.search(r"&quot;left&quot;: (&quot;)?10\b", tried)
    assert post(acme, flow, f"node/?place={place}", **settings).status_code == 303
    for wrong in ("graph/steps/", "graph/transitions/manager_to_hr", "graph"):
        assert post(acme, flow, f"node/?place={wrong}", **settings).status_code == 404
    run = {"timeout": "20", "retry.count": "3", "save_as": "sum", "on_failure": "", "save.0.field": "balance"}
    assert post(acme, flow, "edit/", edit="node.run", step="check", **run, **{"save.0.path": "left"}).status_code == 303
    said = {"notices.0.on": "failure", "notices.0.to": "requester", "notices.0.text": "Broken"}
    assert post(acme, flow, "edit/", edit="node.notices", step="check", **said).status_code == 303
    step = graph(acme, flow).step("check")
    assert step is not None
    assert step.node is not None
    assert step.node.params == {"values": {"left": "record.balance - 2"}}
    assert (step.node.retry.count, step.node.save, step.node.notices[0].to) == (3, {"balance": "left"}, ("requester",))


def test_a_saved_task_is_tried_link_by_link(acme: Acme, flow: WorkflowDefinition) -> None:
    links = [
        {"key": "net", "name": "Net", "kind": "formula", "params": {"values": {"days": "record.balance - 2"}}},
        {"key": "rest", "name": "Rest", "kind": "delay", "params": {"for": "2h"}},
        {"key": "note", "name": "Note", "kind": "set_fields", "params": {"values": {"hr_note": "{{ link.net.days }}"}}},
        {"key": "pay", "name": "Pay", "kind": "call", "params": {"method": "POST", "url": "https://pay.example/"}},
        {"key": "never", "name": "Never", "kind": "formula", "params": {"values": {"one": "1"}}},
    ]
    parameters = [{"name": "days", "label": "Days", "link": "net", "path": "values.days"}]
    with acme.scope():
        configured_task_save(actor=acme.omar, name="Pay the rest", nodes=links, parameters=parameters)
    assert post(acme, flow, "edit/", edit="step.add", name="Pay", kind="auto", after="hr_review").status_code == 303
    assert post(acme, flow, "edit/", edit="node.choose", step="pay", kind="saved:pay_the_rest").status_code == 303
    place = "graph/steps/pay"
    assert 'name="try.record.balance"' in read(acme, flow, f"item/?place={place}")
    said = {"set.days": "record.balance - 5", "try.record.balance": "12", "do": "try"}
    tried = post(acme, flow, f"node/?place={place}", **said).content.decode()
    titles = re.findall(r"<h4[^>]*>(.+?)</h4>", tried)
    assert titles == ["Net (1 of 5)", "Rest (2 of 5)", "Note (3 of 5)", "Pay (4 of 5)"]
    assert re.search(r"Field hr_note</dt><dd>.*7", tried)
    assert "Not sent, because it may change something there." in tried
    step = graph(acme, flow).step("pay")
    assert step is not None
    assert step.node is not None
    assert (step.node.params, step.node.pinned) == ({}, None)


def test_a_trial_sends_nothing_that_could_change_something(acme: Acme, flow: WorkflowDefinition) -> None:
    with acme.scope():
        draft = access_draft(acme.omar, flow.id)
        params = {"method": "POST", "url": "https://pay.example/{{ record.reason }}", "body": {"a": 1}}
        told = node_trial(draft, "check", "call", params, {"record.reason": "x"})
        secret = {"url": "https://pay.example/", "headers": {"Authorization": "Bearer {{ secret.bank }}"}}
        hidden = node_trial(draft, "check", "call", secret, {})
        wrong = node_trial(draft, "check", "call", {"method": "GET"}, {})
        asking = node_trial(draft, "check", "approval", {"approver": {"address": "a@bank.example"}}, {})
    assert (told.tone, told.words) == ("warn", "Not sent, because it may change something there.")
    assert told.output.startswith("POST https://pay.example/x")
    assert (hidden.tone, "secret.bank" in hidden.output) == ("warn", True)
    assert (wrong.tone, len(wrong.details)) == ("bad", 1)
    assert (asking.tone, asking.words) == ("warn", "It would send a link that decides.")


def test_only_who_may_publish_tries_a_query(acme: Acme, flow: WorkflowDefinition) -> None:
    params = {"connection": "none", "sql": "SELECT 1"}
    with acme.scope():
        barred, reads = [
            node_trial(Draft(actor, flow, access_draft(acme.omar, flow.id).version), "check", "query", params, {})
            for actor in (acme.asha, acme.omar)
        ]
    assert (barred.tone, "publish" in barred.words) == ("warn", True)
    assert (reads.tone, "no database connection" in reads.words) == ("bad", True)
