"""Calculations of other products as formulas of ours, where both mean the same; programs are never run and never taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from forms_builder import formulas
from forms_builder.exchange.conditions import NotTaken
from forms_builder.schema.conditions import ROOT

MAX_LENGTH: Final = 500
_NAME: Final = re.compile(r"\{([^{}]{1,200})\}")
_SUM: Final = re.compile(r"\bsumInArray\(\s*(\{[^{}]{1,200}\})\s*,\s*(['\"])([A-Za-z0-9_-]{1,60})\2\s*\)")
_VALUE: Final = re.compile(r"\s*value\s*=(?!=)\s*([^;=\n]{1,400});?\s*")
_DATA: Final = re.compile(r"\bdata\.([A-Za-z_][A-Za-z0-9_]{0,59})\b(?!\s*[.(\[])")


@dataclass(frozen=True, slots=True)
class Formula:
    """A calculation of a question: where it stands in the source, and its text with names of the source in braces."""

    place: str
    label: str
    text: str

    def named(self, known: Mapping[str, str]) -> str:
        """As ours. Raises NotTaken with the reason."""

        def ours(match: re.Match[str]) -> str:
            if match[1] not in known:
                raise NotTaken(f"{match[1][:60]} is no field here")
            return f"{ROOT}.{known[match[1]]}"

        text = _NAME.sub(ours, self.text)
        try:
            formulas.Formula(text)
        except formulas.FormulaError as error:
            raise NotTaken(str(error).rstrip(".")) from error
        return text


def of_surveyjs(text: str) -> str:
    """An expression such as `{price} * {count}` or `sumInArray({lines}, 'amount')`."""
    if len(text) > MAX_LENGTH:
        return ""
    text = _SUM.sub(lambda match: f"sum(each({match[1]}, '{match[3]}'))", text)
    return re.sub(r"\bavg\(", "average(", text)


def of_formio(program: str) -> str:
    """The text of `value = data.price * data.count`, the names in braces; nothing for what is more than one formula."""
    match = _VALUE.fullmatch(program) if len(program) <= MAX_LENGTH else None
    if match is None:
        return ""
    text = _DATA.sub(lambda one: f"{{{one[1]}}}", match[1])
    return "" if "data" in _NAME.sub("", text) else text.strip()
