"""A rule document to a `Rule`: everything wrong is told at once, nothing in a document can raise anything else."""

from __future__ import annotations

from typing import Any

from forms_builder.rules.ast import (
    MAX_DEPTH,
    MAX_NAME,
    MAX_NODES,
    SCHEMA_VERSION,
    All,
    AnyOf,
    FieldOperand,
    Leaf,
    Node,
    Not,
    Operand,
    Rule,
    Saved,
)
from forms_builder.rules.catalogue import FieldSpec, RuleContext
from forms_builder.rules.errors import RuleError, RuleErrors, shown
from forms_builder.rules.operands import OperandReader
from forms_builder.rules.operators import EVENT_ONLY, OPS_BY_TYPE, SHAPES, Op, Shape, operand_type

OPERANDS = ("value", "value_field", "value_ref")
MAX_ERRORS = 500


def parse(doc: object, context: RuleContext) -> Rule:
    """The rule in `doc`, either `{"schema_version": 1, "rule": node}` or a bare node, checked against the catalogue.

    Raises RuleErrors with every error and its place. Limits and grammar: docs of `forms_builder.rules`.
    """
    parser = _Parser(context)
    place = "$"
    if isinstance(doc, dict) and ("rule" in doc or "schema_version" in doc):
        parser.check_envelope(doc)
        doc, place = doc.get("rule"), "$.rule"
    root = parser.node(doc, place, 1)
    if root is None or parser.errors:
        raise RuleErrors(parser.errors)
    return Rule(root, context.name)


class _Parser:
    """Collects errors; a node that could not be read is None."""

    def __init__(self, context: RuleContext) -> None:
        self.context = context
        self.errors: list[RuleError] = []
        self.operands = OperandReader(context, self.fail)
        self.nodes = 0

    def fail(self, place: str, code: str, message: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(RuleError(place, code, message))

    def check_envelope(self, doc: dict[Any, Any]) -> None:
        version = doc.get("schema_version")
        if type(version) is not int or version != SCHEMA_VERSION:
            self.fail("$.schema_version", "schema_version", f"This product reads version {SCHEMA_VERSION} of rules.")
        self.refuse_other_keys(doc, ("schema_version", "rule"), "$")

    def refuse_other_keys(self, doc: dict[Any, Any], known: tuple[str, ...], place: str) -> None:
        unknown = [key for key in doc if key not in known]
        if unknown:
            names = ", ".join(shown(key) for key in unknown[:3])
            self.fail(place, "unknown_key", f"Remove {names}; allowed here: {', '.join(known)}.")

    def node(self, doc: object, place: str, depth: int) -> Node | None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            if self.nodes == MAX_NODES + 1:
                self.fail(place, "too_many_nodes", f"A rule has at most {MAX_NODES} conditions and groups; split it.")
            return None
        if depth > MAX_DEPTH:
            self.fail(place, "too_deep", f"Groups nest at most {MAX_DEPTH} levels deep; move this condition up.")
            return None
        if not isinstance(doc, dict):
            self.fail(place, "not_a_node", f"Put a condition or a group here, not {shown(doc)}.")
            return None
        kinds = [kind for kind in ("all", "any", "not", "saved", "field") if kind in doc]
        if len(kinds) != 1:
            self.fail(place, "not_a_node", 'A node has exactly one of "all", "any", "not", "saved" or "field".')
            return None
        kind = kinds[0]
        if kind == "field":
            return self.leaf(doc, place)
        self.refuse_other_keys(doc, (kind,), place)
        if kind == "saved":
            return self.saved(doc["saved"], f"{place}.saved")
        if kind == "not":
            child = self.node(doc["not"], f"{place}.not", depth + 1)
            return None if child is None else Not(child)
        return self.group(kind, doc[kind], f"{place}.{kind}", depth)

    def group(self, kind: str, docs: object, place: str, depth: int) -> Node | None:
        if not isinstance(docs, list) or not docs:
            self.fail(place, "empty_group", "Add at least one condition to this group, or remove the group.")
            return None
        children: list[Node] = []
        for index, doc in enumerate(docs):
            child = self.node(doc, f"{place}[{index}]", depth + 1)
            if child is not None:
                children.append(child)
            if self.nodes > MAX_NODES:
                break
        if not children:
            return None
        return All(tuple(children)) if kind == "all" else AnyOf(tuple(children))

    def saved(self, doc: object, place: str) -> Saved | None:
        """A saved condition with what it says. It was checked alone, so its levels are counted from its own root."""
        keys = ("key", "version", "name", "rule")
        if not isinstance(doc, dict) or set(doc) != set(keys):
            self.fail(place, "saved", f"A saved condition has {', '.join(keys)}.")
            return None
        key, version, name = doc["key"], doc["version"], doc["name"]
        if type(version) is not int or version < 1:
            self.fail(f"{place}.version", "saved", "The version is a whole number from 1.")
            return None
        for word, text in (("key", key), ("name", name)):
            where = f"{place}.{word}"
            if not isinstance(text, str) or not 0 < len(text) <= MAX_NAME or not self.operands.is_clean(text, where):
                self.fail(where, "saved", f"Give a text of at most {MAX_NAME} characters.")
                return None
        child = self.node(doc["rule"], f"{place}.rule", 1)
        return None if child is None else Saved(key, version, name, child)

    def leaf(self, doc: dict[Any, Any], place: str) -> Leaf | None:
        self.refuse_other_keys(doc, ("field", "op", *OPERANDS), place)
        spec = self.field(doc["field"], f"{place}.field")
        op = self.operator(doc.get("op"), spec, f"{place}.op")
        if spec is None or op is None:
            return None
        operand, given = self.operand(doc, op, spec, place)
        if not given:
            return None
        twin = self.twin(spec, place) if op in EVENT_ONLY else None
        return Leaf(spec, op, operand, twin)

    def field(self, field_id: object, place: str) -> FieldSpec | None:
        if not isinstance(field_id, str):
            self.fail(place, "unknown_field", f"Name a field of this rule as a text, not {shown(field_id)}.")
            return None
        spec = self.context.by_id.get(field_id)
        if spec is None:
            self.fail(place, "unknown_field", f"{shown(field_id)}: {self.context.unknown_field(field_id)}")
        return spec

    def operator(self, raw: object, spec: FieldSpec | None, place: str) -> Op | None:
        op = Op(raw) if isinstance(raw, str) and raw in Op.__members__.values() else None
        if op is None:
            problem = "Name an operator" if raw is None else f"There is no operator {shown(raw)}"
            self.fail(place, "unknown_op", f"{problem}. Choose one of: {', '.join(Op)}.")
        elif op in EVENT_ONLY and self.context.name != "event":
            self.fail(place, "op_context", f"{op} needs an old and a new value; use it only in event rules.")
        elif spec is not None and op not in OPS_BY_TYPE[spec.type]:
            allowed = ", ".join(
                sorted(OPS_BY_TYPE[spec.type] - (EVENT_ONLY if self.context.name != "event" else set()))
            )
            self.fail(place, "op_type", f"A {spec.type} field has no {op}. Choose one of: {allowed}.")
        else:
            return op
        return None

    def operand(self, doc: dict[Any, Any], op: Op, spec: FieldSpec, place: str) -> tuple[Operand | None, bool]:
        """The right side, and whether the leaf is usable (an error was told otherwise)."""
        keys = [key for key in OPERANDS if key in doc]
        shape = SHAPES[op]
        if shape is Shape.NOTHING:
            if keys:
                self.fail(f"{place}.{keys[0]}", "unexpected_value", f"{op} takes no value; remove {keys[0]}.")
            return None, not keys
        if len(keys) != 1:
            self.fail(place, "operand", f"Give {op} exactly one of: {', '.join(OPERANDS)}.")
            return None, False
        key, where = keys[0], f"{place}.{keys[0]}"
        wanted = operand_type(spec.type, op)
        if key == "value_field":
            operand: Operand | None = self.value_field(doc[key], op, wanted, spec, where)
        elif shape is Shape.FIELD:
            self.fail(where, "operand", f"{op} compares with another field; use value_field.")
            operand = None
        elif key == "value_ref":
            operand = self.operands.reference(doc[key], wanted, shape, where)
        else:
            operand = self.operands.value(doc[key], spec, wanted, op, where)
        return operand, operand is not None

    def value_field(self, raw: object, op: Op, wanted: str, spec: FieldSpec, place: str) -> FieldOperand | None:
        list_of_fields = op in (Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE)
        fixed_only = op in (Op.CHANGED_FROM, Op.CHANGED_TO)
        if fixed_only or (SHAPES[op] not in (Shape.ONE, Shape.FIELD) and not list_of_fields):
            self.fail(place, "operand", f"{op} compares with fixed values; use value.")
            return None
        other = self.field(raw, place)
        if other is None:
            return None
        if other.type != wanted:
            message = f"{op} needs a {wanted} field here; {other.label} is a {other.type} field."
            self.fail(place, "value_type", message)
            return None
        if spec.currency and other.currency and spec.currency != other.currency:
            self.fail(place, "currency", f"Compare amounts of one currency: {spec.currency} or {other.currency}.")
            return None
        return FieldOperand(other)

    def twin(self, spec: FieldSpec, place: str) -> FieldSpec | None:
        """The `old.` field beside a `new.` field; a leaf about a change needs both."""
        root, _, name = spec.id.partition(".")
        other = self.context.by_id.get(f"old.{name}")
        if root == "new" and other is not None and other.type is spec.type:
            return other
        self.fail(
            f"{place}.field", "no_old_value", f"{spec.label} keeps no old value; choose a field of the new record."
        )
        return None
