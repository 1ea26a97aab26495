"""Every kind of automatic step by its name. A new kind is a module, a line here, and a test."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.nodes.approval import Approval
from workflows.nodes.base import NodeKind
from workflows.nodes.call import CallKind
from workflows.nodes.chain import Chain
from workflows.nodes.delay import Delay
from workflows.nodes.document import DocumentKind
from workflows.nodes.fields import SetFields
from workflows.nodes.files import OcrKind, PdfKind
from workflows.nodes.formula import FormulaKind
from workflows.nodes.llm import Llm
from workflows.nodes.notify import Notify
from workflows.nodes.query import Query
from workflows.nodes.wait import Wait

_ALL: Final[tuple[NodeKind[Any], ...]] = (
    Approval(), CallKind(), Chain(),
    Delay(), DocumentKind(), FormulaKind(), Llm(), Notify(), OcrKind(), PdfKind(), Query(), SetFields(), Wait(),
)  # fmt: skip
KINDS: Final[Mapping[str, NodeKind[Any]]] = {one.kind: one for one in _ALL}
