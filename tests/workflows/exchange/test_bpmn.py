"""BPMN 2.0 read into a workflow document."""

from pathlib import Path
from typing import Any

import pytest

from tests.cast import Acme
from tests.workflows.views.story import load, send, signed_in, text
from workflows.exchange.bpmn import Import, NotBpmn, import_bpmn
from workflows.graph.document import Step
from workflows.graph.lint import blocking
from workflows.models import WorkflowDefinition

PURCHASE = Path(__file__).with_name("purchase.bpmn").read_bytes()


@pytest.fixture(scope="module")
def purchase() -> Import:
    return import_bpmn(PURCHASE)


def step(found: Import, key: str) -> Step:
    return next(step for step in found.document.graph.steps if step.key == key)


def test_what_was_read_can_be_published(purchase: Import) -> None:
    assert (purchase.document.name, purchase.document.description) == ("Purchase", "Buy something.")
    assert blocking(purchase.document.lint()) == []


def test_an_exclusive_gateway_behind_a_task_is_the_choice_of_the_person(purchase: Import) -> None:
    graph = purchase.document.graph
    ways = {graph.transition_name(way): way for way in graph.transitions if way.source == "check-budget"}
    assert set(ways) == {"Approve", "Rework", "Rejected", "Too late"}
    assert ways["Approve"].condition == {"field": "record.amount", "op": "lt", "value": 5000}
    [back] = [way for way in graph.transitions if way.is_return]
    assert (back.source, back.target) == ("rework", "check-budget")


def test_gateways_lanes_timers_and_forms(purchase: Import) -> None:
    kinds = {step.key: step.kind.value for step in purchase.document.graph.steps}
    assert (kinds["split"], kinds["dear"], kinds["meet"], kinds["book-in-ledger"]) == ("fork", "fork", "join", "noop")
    budget = step(purchase, "check-budget")
    assert budget.sla.period == "3d"
    assert budget.sla.rungs[0].transition == "Too late"
    assert budget.assignee is not None
    assert "FIN" in str(budget.assignee.rule)
    assert budget.position is not None
    assert (budget.position.x, budget.position.y) == (150, 120)
    rework = step(purchase, "rework").assignee
    assert rework is not None
    assert rework.rule == "requester"
    types = {field.name: type(field).__name__ for field in purchase.document.form.fields}
    assert types == {"item_name": "TextField", "amount": "NumberField", "colour": "TextField"}


@pytest.mark.parametrize(
    "told",
    [
        "1 textAnnotation was not taken.",
        "“Nobody comes here” was not taken: nothing leads to it.",
        "“Book in ledger” is a service task, which was not taken; a no-op is in its place.",
        "The condition ${execution.vars.again()} of “Rework” was not taken.",
        "The field “Colour” is of type spectrum; it became a text.",
        "At “Insure” the requester's manager is asked; say who is meant.",
    ],
)
def test_what_was_not_taken_is_told(purchase: Import, told: str) -> None:
    assert told in purchase.report


def bare(nodes: str) -> bytes:
    model = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    return f'<definitions xmlns="{model}"><process id="p">{nodes}</process></definitions>'.encode()


def test_flows_out_of_a_task_run_at_once() -> None:
    flows = "".join(
        f'<sequenceFlow id="{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate([("a", "b"), ("a", "c")])
    )
    found = import_bpmn(bare(f'<task id="a" name="A"/><task id="b" name="B"/><task id="c" name="C"/>{flows}'))
    kinds = [step.kind.value for step in found.document.graph.steps]
    assert (kinds.count("fork"), kinds.count("end"), kinds.count("start")) == (1, 2, 1)
    assert "The process has no start event; one was added." in found.report


WRONG = [
    (b"no xml at all", "well-formed"),
    (b"<html/>", "no BPMN"),
    (bare(""), "no process with steps"),
    (b'<!DOCTYPE d [<!ENTITY a "b">]>' + bare('<task id="a" name="&a;"/>'), "document type"),
    (b"<" + b"x" * (2 * 1024 * 1024), "larger than"),
]


@pytest.mark.parametrize(("raw", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_is_no_bpmn_is_refused(raw: bytes, told: str) -> None:
    with pytest.raises(NotBpmn, match=told):
        import_bpmn(raw)


@pytest.mark.django_db
def test_brought_in_on_the_page(acme: Acme) -> None:
    omar = signed_in(acme.omar)
    answer: Any = send(omar, "/workflows/import/", text=PURCHASE.decode())
    with acme.scope():
        made = WorkflowDefinition.objects.get(name="Purchase")
    assert answer.url == f"/workflows/{made.id}/"
    assert "a no-op is in its place" in text(load(omar, answer.url))
    assert "no BPMN" in text(send(omar, "/workflows/import/", text="<html/>"))


def flowing(*flows: tuple[str, str]) -> str:
    return "".join(
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(flows)
    )


def test_gateways_that_lead_in_a_circle_come_to_an_end() -> None:
    nodes = '<startEvent id="s"/><exclusiveGateway id="a"/><exclusiveGateway id="b"/><endEvent id="e" name="End"/>'
    found = import_bpmn(bare(nodes + flowing(("s", "a"), ("a", "b"), ("b", "a"), ("a", "a"), ("b", "e"))))
    graph = found.document.graph
    assert [(way.source, way.target) for way in graph.transitions] == [("s", "end")]


def test_more_ways_than_anybody_reads_are_refused() -> None:
    many = flowing(*((f"t{number}", f"t{number + 1}") for number in range(2_001)))
    with pytest.raises(NotBpmn, match="2001 sequence flows"):
        import_bpmn(bare('<task id="t0"/>' + many))
    tasks = "".join(f'<task id="t{number}"/>' for number in range(60))
    fan = flowing(
        *((f"t{number}", "g") for number in range(60)), *(("g", f"t{number}") for number in range(60))
    )  # 60 times 60 choices
    with pytest.raises(NotBpmn, match="more than 2,000 ways"):
        import_bpmn(bare(f'{tasks}<exclusiveGateway id="g"/>{fan}'))


TASK = '<startEvent id="s"/><userTask id="t" name="T"{attributes}>{inside}</userTask><endEvent id="e"/>'
TIMER = "<timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition>"


def drawn(inside: str = "", attributes: str = "", more: str = "") -> bytes:
    """A task between start and end, with what is odd about it."""
    return bare(TASK.format(inside=inside, attributes=attributes) + flowing(("s", "t"), ("t", "e")) + more)


def placed(x: str) -> bytes:
    """The task stands there."""
    space = 'xmlns="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    bounds = f'<dc:Bounds x="{x}" y="0" width="1" height="1"/>'
    diagram = (
        f'<BPMNDiagram {space}><BPMNPlane><BPMNShape bpmnElement="t">{bounds}</BPMNShape></BPMNPlane></BPMNDiagram>'
    )
    return drawn().replace(b"</definitions>", f"{diagram}</definitions>".encode())


def field(ident: str, label: str) -> str:
    return f'<extensionElements><formField id="{ident}" label="{label}" type="string"/></extensionElements>'


LONG = "w" * 300
ODD = {
    "a position that is none": placed("NaN"),
    "a position far away": placed("1e300"),
    "a way to a timer": drawn(more='<boundaryEvent id="b" attachedToRef="t"/>' + flowing(("t", "b"))),
    "two long names": drawn(more=f'<userTask id="u"/><sequenceFlow id="x" name="{LONG}" sourceRef="t" targetRef="u"/>'
        f'<sequenceFlow id="y" name="{LONG}" sourceRef="t" targetRef="e"/>'),
    "a timer with a long way": drawn(more=f'<boundaryEvent id="b" attachedToRef="t">{TIMER}</boundaryEvent>'
        f'<sequenceFlow id="x" name="{LONG}" sourceRef="b" targetRef="e"/>'),
    "a sign that nobody sees": drawn(attributes=' default="&#127;"').replace(b'name="T"', b'name="T&#127;&#10;T"'),
    "a field without a name": drawn(field("", "")),
    "a field with a long label": drawn(field("x", LONG)),
}  # fmt: skip


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
def test_what_is_odd_is_read_all_the_same(raw: bytes) -> None:
    assert any(one.kind == "task" for one in import_bpmn(raw).document.graph.steps)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (bare('<boundaryEvent id="b" attachedToRef="t"/>'), "no process with steps"),
        (drawn("".join(field(f"f{number}", "F") for number in range(301))), "comes to no workflow"),
    ],
)
def test_what_comes_to_no_workflow_is_refused(raw: bytes, told: str) -> None:
    with pytest.raises(NotBpmn, match=told):
        import_bpmn(raw)
