"""What a browser posts for a drawn rule editor, without a browser."""

from collections.abc import Iterator

from django.http import QueryDict

from forms_builder.rule_editor import RuleEditor
from forms_builder.rule_editor.controls import Control
from forms_builder.rule_editor.picture import GroupPicture, KeptPicture, RowPicture

Pair = tuple[str, str]


def posted(editor: RuleEditor, **more: str) -> QueryDict:
    """The form as it is sent when nothing is changed in it."""
    data = QueryDict(mutable=True)
    for name, value in _node(editor.picture):
        data.appendlist(name, value)
    for word, value in more.items():
        data[f"{editor.setup.name}.{word}"] = value
    return data


def _node(node: GroupPicture | RowPicture | KeptPicture) -> Iterator[Pair]:
    if isinstance(node, GroupPicture):
        yield from _control(node.choice)
        for child in node.children:
            yield from _node(child)
    elif isinstance(node, RowPicture):
        yield f"{node.stem}.kind", "row"
        for control in node.controls:
            yield from _control(control)
    else:
        yield f"{node.stem}.kind", node.kind
        yield f"{node.stem}.raw", node.raw


def _control(control: Control) -> Iterator[Pair]:
    offered = [value for _, choices in control.groups for value, _ in choices]
    if control.kind in ("boxes", "many"):
        yield from ((control.name, value) for value in control.values if value in offered)
    elif control.kind == "select":
        yield control.name, control.value if control.value in offered else offered[0]
    elif control.kind != "word":
        yield control.name, control.value
