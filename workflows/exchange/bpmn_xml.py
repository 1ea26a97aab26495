"""BPMN 2.0 XML as plain values: the nodes and flows of its first process (OMG formal/2011-01-03, chapters 8 to 13)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

MODEL: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DRAWING: Final = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS: Final = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_NODES: Final = 1_000
MAX_FLOWS: Final = 2_000
NAME: Final = 120
"""Characters of the name of a node or a flow; the rest is not read."""
FARTHEST: Final = 1_000_000
"""From the middle of the drawing."""

_NOT_NODES: Final = frozenset(
    {
        "sequenceFlow",
        "laneSet",
        "documentation",
        "extensionElements",
        "dataObject",
        "dataObjectReference",
        "association",
    }
    | {"textAnnotation", "group", "dataStoreReference", "property", "ioSpecification", "auditing", "monitoring"}
)


class NotBpmn(ValueError):
    """The text is no BPMN 2.0 with a process in it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form that Camunda and its kin write beside a node."""

    name: str
    label: str
    type: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Node:
    """A flow node. `kind` is its element, such as userTask; `events` its event definitions, such as timerEventDefinition."""

    id: str
    kind: str
    name: str
    text: str = ""
    lane: str = ""
    attached_to: str = ""
    interrupting: bool = True
    events: tuple[str, ...] = ()
    duration: str = ""
    default: str = ""
    assignee: str = ""
    groups: tuple[str, ...] = ()
    fields: tuple[FormField, ...] = ()
    centre: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    name: str
    source: str
    target: str
    condition: str = ""


@dataclass(slots=True)
class Process:
    """What was read; `left_out` counts elements that are no part of the flow, by name."""

    name: str
    text: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    other_processes: int = 0


def read(raw: bytes) -> Process:
    """The first process that has nodes. Raises `NotBpmn`."""
    if len(raw) > MAX_BYTES:
        raise NotBpmn(f"The file is larger than {MAX_BYTES // 1024} kB.")
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotBpmn("This is no well-formed XML, or it has a document type, which is not read.") from error
    if root.tag != f"{MODEL}definitions":
        raise NotBpmn("This is no BPMN 2.0: its root element is not “definitions” of the BPMN model.")
    processes = [one for one in root.findall(f"{MODEL}process") if any(map(_is_reached, _nodes(one)))]
    if not processes:
        raise NotBpmn("There is no process with steps in this file.")
    found = _process(processes[0])
    found.other_processes = len(processes) - 1
    found.left_out |= {"messageFlow": count} if (count := len(root.findall(f".//{MODEL}messageFlow"))) else {}
    if len(found.nodes) > MAX_NODES:
        raise NotBpmn(f"The process has {len(found.nodes)} elements; at most {MAX_NODES} are read.")
    if len(found.flows) > MAX_FLOWS:
        raise NotBpmn(f"The process has {len(found.flows)} sequence flows; at most {MAX_FLOWS} are read.")
    for shape in root.iter(f"{DRAWING}BPMNShape"):
        _place(found, shape)
    return found


def _process(element: Element) -> Process:
    found = Process(_attribute(element, "name") or _attribute(element, "id"), _documentation(element))
    for node in _nodes(element):
        made = _node(node)
        found.nodes[made.id] = made
    for flow in element.findall(f"{MODEL}sequenceFlow"):
        condition = flow.find(f"{MODEL}conditionExpression")
        found.flows.append(
            Flow(
                _attribute(flow, "id"),
                _attribute(flow, "name")[:NAME],
                _attribute(flow, "sourceRef"),
                _attribute(flow, "targetRef"),
                _text(condition),
            )
        )
    for lane in element.iter(f"{MODEL}lane"):
        for reference in lane.findall(f"{MODEL}flowNodeRef"):
            node_in_lane = found.nodes.get(_text(reference))
            if node_in_lane is not None:
                node_in_lane.lane = _attribute(lane, "name")
    for child in element:
        name = _name(child)
        if name in ("dataObject", "dataObjectReference", "textAnnotation", "dataStoreReference", "association"):
            found.left_out[name] = found.left_out.get(name, 0) + 1
    return found


def _nodes(process: Element) -> Iterator[Element]:
    return (child for child in process if child.tag.startswith(MODEL) and _name(child) not in _NOT_NODES)


def _is_reached(element: Element) -> bool:
    """Whether flows can lead there; an event at the edge of a task is no step of its own."""
    return _name(element) != "boundaryEvent"


def _node(element: Element) -> Node:
    events = tuple(_name(child) for child in element if _name(child).endswith("EventDefinition"))
    duration = element.find(f"{MODEL}timerEventDefinition/{MODEL}timeDuration")
    return Node(
        id=_attribute(element, "id"),
        kind=_name(element),
        name=_attribute(element, "name")[:NAME],
        text=_documentation(element),
        attached_to=_attribute(element, "attachedToRef"),
        interrupting=_attribute(element, "cancelActivity") != "false",
        events=events,
        duration=_text(duration),
        default=_attribute(element, "default"),
        assignee=_vendor(element, "assignee"),
        groups=tuple(part.strip() for part in _vendor(element, "candidateGroups").split(",") if part.strip()),
        fields=tuple(_fields(element)),
    )


def _fields(element: Element) -> Iterator[FormField]:
    for one in element.iter():
        if _name(one) != "formField":
            continue
        values = tuple(
            (_attribute(value, "id"), _attribute(value, "name") or _attribute(value, "id"))
            for value in one
            if _name(value) == "value"
        )
        yield FormField(_attribute(one, "id"), _attribute(one, "label"), _attribute(one, "type"), values)


def _place(found: Process, shape: Element) -> None:
    node = found.nodes.get(_attribute(shape, "bpmnElement"))
    bounds = shape.find(BOUNDS)
    if node is None or bounds is None:
        return
    try:
        x, y, width, height = (float(bounds.get(name, "")) for name in ("x", "y", "width", "height"))
    except ValueError:
        return
    centre = (x + width / 2, y + height / 2)
    if all(abs(one) <= FARTHEST for one in centre):
        node.centre = centre


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return _words(element.get(name, ""))


def _vendor(element: Element, name: str) -> str:
    """An attribute of any vendor's namespace, such as camunda:assignee."""
    return next((_words(value) for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")


def _documentation(element: Element) -> str:
    return _text(element.find(f"{MODEL}documentation"))


def _text(element: Element | None) -> str:
    return _words("".join(element.itertext())) if element is not None else ""


def _words(text: str) -> str:
    """On one line, and without the one sign that XML may hold and nobody can see."""
    return " ".join(text.replace("\x7f", " ").split())
