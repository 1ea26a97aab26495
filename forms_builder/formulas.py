"""Formulas without script: arithmetic, comparisons, texts, dates and a fixed set of functions over named values.

The rule language answers yes or no; a formula answers a value. Python's own parser reads the text, and this module walks
the few kinds of nodes that it knows: no attribute of an object, no call but those of `FUNCTIONS`, no loop, no power, no
repetition of texts. Numbers are decimals, so money stays exact, and an amount keeps its currency: those of several have no
sum, no order and no ratio. Cost and size are bounded by the length of the text.
"""

import ast
import keyword
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext
from typing import Any, Final

MAX_LENGTH: Final = 1_000
MAX_NODES: Final = 200
MAX_RESULT: Final = 20_000
DIGITS: Final = 34
_TAKEN: Final = re.compile(rf"(\w+)\.({'|'.join(keyword.kwlist)})\b")
"""A name that Python's parser takes for a word of its own, such as form.from."""
Currencies = frozenset[str] | None


class FormulaError(ValueError):
    """The formula is malformed, or has no answer for these values; the text says why."""


class _NoAnswer:
    """What a formula that has no answer leaves to those that read it; see ``NO_ANSWER``."""


NO_ANSWER: Final = _NoAnswer()
"""In the place of a value that could not be worked out: whatever reads it has no answer either. Nothing given is None."""


class Amount(Decimal):
    """A number of a currency."""

    __slots__ = ("currency",)
    currency: str


class Formula:
    """A parsed formula. Making it raises FormulaError, and so does `answer`."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise FormulaError(f"A formula has at most {MAX_LENGTH} characters.")
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if (taken := _TAKEN.search(text)) is not None:
                message = f"“{taken[2]}” is a word of formulas: write {taken[1]}['{taken[2]}'] for {taken[0]}."
                raise FormulaError(message) from error
            raise FormulaError("This is no formula. Write for example: round(record.total * 1.2, 2).") from error
        if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
            raise FormulaError("This formula is too long. Divide it in several.")
        self.names: set[str] = set()
        self.columns: set[tuple[str, str]] = set()
        """What ``each`` takes: the rows, and the name of the column."""
        self._check(tree.body)
        self._root = tree.body

    def answer(self, values: Mapping[str, Any], *, currency: str | None = None) -> Any:
        """The value as JSON: decimals are text where they are no whole numbers, dates are text. An amount must be in the
        `currency`, where one is asked for."""
        try:
            with localcontext(prec=DIGITS, Emax=DIGITS, Emin=-DIGITS):
                found = _value(self._root, values)
                if currency and isinstance(found, Amount) and found.currency != currency:
                    raise FormulaError(f"The result is in {found.currency}, not in {currency}.")
                return to_json(found)
        except (DecimalException, ArithmeticError) as error:
            raise FormulaError("This formula divides by nothing, or its result is too large.") from error

    def currencies(self, of: Callable[[str], Currencies]) -> Currencies:
        """Those in which the answer can be, by those of each name; a column is `<rows>.<name>`. Empty where the amounts that are
        put together have none in common, None where the answer is no amount."""
        return _currencies(self._root, of)

    def _check(self, node: ast.expr) -> None:
        kind = type(node)
        if kind not in _KNOWN:
            raise FormulaError(f"A formula cannot hold {ast.unparse(node)[:40]}.")
        if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | bool | None):
            raise FormulaError(f"A formula cannot hold {ast.unparse(node)[:40]}.")
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
                raise FormulaError(f"There is no function {ast.unparse(node.func)[:40]}. Use {', '.join(FUNCTIONS)}.")
            children: list[ast.expr] = list(node.args)
            if (column := _column(node)) is not None:
                self.columns.add(column)
        elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            self.names.add(path_of(node))
            return
        else:
            for op in ast.walk(node):
                if isinstance(op, ast.operator | ast.unaryop | ast.cmpop) and type(op) not in _OPERATORS:
                    raise FormulaError("Use + - * / % // and the comparisons; others are not known.")
            children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        for child in children:
            self._check(child)


def path_of(node: ast.expr) -> str:
    """`record.lines[0].amount` as the path record.lines.0.amount. Raises FormulaError."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{path_of(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        key = node.slice.value
        if isinstance(key, str | int) and not isinstance(key, bool):
            return f"{path_of(node.value)}.{key}"
    raise FormulaError(f"{ast.unparse(node)[:40]} names no value.")


def _column(call: ast.Call) -> tuple[str, str] | None:
    match call:
        case ast.Call(
            func=ast.Name(id="each"),
            args=[ast.Name() | ast.Attribute() | ast.Subscript() as rows, ast.Constant(value=str(name))],
        ):
            return path_of(rows), name
    return None


def _currencies(node: ast.expr, of: Callable[[str], Currencies]) -> Currencies:
    match node:
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return of(path_of(node))
        case ast.BinOp(op=op):
            left, right = _currencies(node.left, of), _currencies(node.right, of)
            return None if isinstance(op, ast.Div | ast.FloorDiv) and right is not None else _common(left, right)
        case ast.UnaryOp(op=ast.USub()):
            return _currencies(node.operand, of)
        case ast.IfExp():
            return _any_of(_currencies(node.body, of), _currencies(node.orelse, of))
        case ast.List():
            return _common(*(_currencies(one, of) for one in node.elts))
        case ast.Call(func=ast.Name(id=name)):
            if (column := _column(node)) is not None:
                return of(".".join(column))
            parts = [_currencies(one, of) for one in node.args]
            return _any_of(*parts) if name == "either" else _common(*parts) if name in OF_AMOUNTS else None
    return None


def _common(*parts: Currencies) -> Currencies:
    known = [one for one in parts if one is not None]
    return frozenset.intersection(*known) if known else None


def _any_of(*parts: Currencies) -> Currencies:
    known = [one for one in parts if one is not None]
    return frozenset().union(*known) if known else None


def to_json(value: Any) -> Any:
    """A result as it is kept."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise FormulaError("The result is no number.")
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [to_json(one) for one in value]
    if isinstance(value, str) and len(value) > MAX_RESULT:
        raise FormulaError("The result is too long.")
    return value


# --- walking ---


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return _read(node.value)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return _read(_look_up(path_of(node), values))
        case ast.BinOp():
            return _binary(type(node.op), _value(node.left, values), _value(node.right, values))
        case ast.UnaryOp():
            inner = _value(node.operand, values)
            return not _truth(inner) if isinstance(node.op, ast.Not) else _in_currency(-_number(inner), inner)
        case ast.BoolOp():
            asked = (_truth(_value(one, values)) for one in node.values)
            return all(asked) if isinstance(node.op, ast.And) else any(asked)
        case ast.Compare():
            return _compared(node, values)
        case ast.IfExp():
            return _value(node.body if _truth(_value(node.test, values)) else node.orelse, values)
        case ast.List():
            return [_value(one, values) for one in node.elts]
        case ast.Call(func=ast.Name(id=name)):
            return _called(name, [_value(one, values) for one in node.args])
    raise FormulaError(f"A formula cannot hold {ast.unparse(node)[:40]}.")


def _called(name: str, arguments: list[Any]) -> Any:
    try:
        return FUNCTIONS[name](*arguments)
    except (TypeError, ValueError, OverflowError) as error:
        text = str(error) if isinstance(error, FormulaError) else f"{name} cannot be used with these values."
        raise FormulaError(text) from error


def _look_up(path: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for part in path.split("."):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            if path.startswith("record.") and path.count(".") == 1:
                return None
            raise FormulaError(f"There is no value “{path}”.")
    return found


def _read(value: Any) -> Any:
    """Numbers become decimals, and money its amount, of its currency."""
    if isinstance(value, bool) or value is None:
        return value
    if value is NO_ANSWER:
        raise FormulaError("This formula reads a value that cannot be worked out.")
    if isinstance(value, int | float):
        return Decimal(str(value))
    if isinstance(value, Mapping) and set(value) == {"amount", "currency"}:
        return _amount(value["amount"], str(value["currency"]))
    return value


def _amount(number: Any, currency: str) -> Amount:
    made = Amount(str(number))
    made.currency = currency
    return made


def _in_currency(number: Decimal, *parts: Any) -> Decimal:
    """`number`, which was worked out of the parts, in the one currency of those that are amounts."""
    currencies = {one.currency for one in parts if isinstance(one, Amount)}
    if len(currencies) > 1:
        raise FormulaError(f"Amounts in {' and '.join(sorted(currencies))} cannot be put together.")
    return _amount(number, *currencies) if currencies else number


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise FormulaError("Yes and no are no numbers.")
    if value is None or value == "":
        return Decimal(0)
    try:
        read = _read(value)
        number = read if isinstance(read, Decimal) else Decimal(str(read))
    except DecimalException as error:
        raise FormulaError(f"“{str(value)[:40]}” is no number.") from error
    if not number.is_finite():
        raise FormulaError("The result is no number.")
    return number


def _binary(op: type[ast.operator], left: Any, right: Any) -> Any:
    if op is ast.Add and (isinstance(left, str) or isinstance(right, str)) and not (_digits(left) and _digits(right)):
        joined = _words(left) + _words(right)
        if len(joined) > MAX_RESULT:
            raise FormulaError("The result is too long.")
        return joined
    number = _in_currency(_ARITHMETIC[op](_number(left), _number(right)), left, right)
    return Decimal(number) if op in (ast.Div, ast.FloorDiv) and isinstance(right, Amount) else number


def _digits(value: Any) -> bool:
    try:
        return value is not None and value != "" and Decimal(str(value)).is_finite()
    except DecimalException:
        return False


def _compared(node: ast.Compare, values: Mapping[str, Any]) -> bool:
    left = _value(node.left, values)
    for op, after in zip(node.ops, node.comparators, strict=True):
        right = _value(after, values)
        if not _holds(type(op), left, right):
            return False
        left = right
    return True


def _holds(op: type[ast.cmpop], left: Any, right: Any) -> bool:
    _in_currency(Decimal(0), *_flat((left, right)))
    if op in (ast.In, ast.NotIn):
        if not isinstance(right, list | str):
            raise FormulaError("“in” asks a list or a text.")
        return ((str(left) in right) if isinstance(right, str) else left in right) is (op is ast.In)
    if _digits(left) and _digits(right):
        left, right = _number(left), _number(right)
    if op in (ast.Eq, ast.NotEq):
        return bool((left == right) is (op is ast.Eq))
    if left is None or right is None:
        return False
    try:
        return bool(_COMPARISONS[op](left, right))
    except TypeError as error:
        raise FormulaError("These values cannot be compared.") from error


def _truth(value: Any) -> bool:
    return bool(value)


# --- functions ---


def _words(value: Any) -> str:
    if value is None:
        return ""
    return str(to_json(value))


def _flat(values: tuple[Any, ...]) -> list[Any]:
    return [one for some in values for one in (some if isinstance(some, list) else [some])]


def _round(value: Any, places: Any = Decimal(0)) -> Decimal:
    digits = int(_number(places))
    if not 0 <= digits <= 12:
        raise FormulaError("round takes 0 to 12 places.")
    return _in_currency(_number(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP), value)


def _each(rows: Any, name: Any) -> list[Any]:
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise FormulaError("each takes the rows of a table and the name of a column.")
    return [_read(row.get(str(name))) for row in rows if isinstance(row, Mapping)]


def _day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])


def _of_numbers(work: Callable[[list[Decimal]], Decimal]) -> Callable[..., Decimal]:
    """A function of numbers, single or in lists, whose answer is in the currency of the amounts among them."""

    def called(*values: Any) -> Decimal:
        numbers = [_number(one) for one in _flat(values)]
        return _in_currency(work(numbers), *numbers)

    return called


def _mean(numbers: list[Decimal]) -> Decimal:
    if not numbers:
        raise FormulaError("average needs at least one number.")
    return sum(numbers, Decimal(0)) / len(numbers)


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "sum": _of_numbers(lambda numbers: sum(numbers, Decimal(0))),
    "average": _of_numbers(_mean),
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "count": lambda *values: Decimal(len([one for one in _flat(values) if one is not None])),
    "abs": lambda value: _in_currency(abs(_number(value)), value),
    "round": _round,
    "floor": lambda value: _in_currency(_number(value) // 1, value),
    "number": lambda value: Decimal(_number(value)),
    "text": _words,
    "upper": lambda value: _words(value).upper(),
    "lower": lambda value: _words(value).lower(),
    "trim": lambda value: _words(value).strip(),
    "length": lambda value: Decimal(len(value if isinstance(value, list | str) else _words(value))),
    "left": lambda value, count: _words(value)[: max(0, int(_number(count)))],
    "join": lambda rows, sign: _words(sign)[:20].join(_words(one) for one in rows),
    "each": _each,
    "empty": lambda value: value is None or value == "" or value == [],
    "either": lambda value, other: other if value is None or value == "" else value,
    "days_between": lambda first, last: Decimal((_day(last) - _day(first)).days),
    "add_days": lambda day, count: _day(day) + timedelta(days=int(_number(count))),
}
"""What formulas may call. `each(record.lines, "amount")` is a column of a table; `number` is an amount without its currency."""

OF_AMOUNTS: Final = frozenset({"sum", "average", "min", "max", "abs", "round", "floor"})
"""Those whose answer is in the currency of what they are given."""

_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_OPERATORS: Final = {*_ARITHMETIC, *_COMPARISONS, ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.USub, ast.Not}
_KNOWN: Final = {
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.List, ast.Call,
}  # fmt: skip
