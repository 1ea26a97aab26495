"""Names of fields in texts: in formulas, and in what automatic steps write. A column is `<table>.<column>`."""

import re
from collections.abc import Collection, Mapping
from typing import Final

_FIELD: Final = r"(?<![\w.])(?:{roots})(?:\.|\[\s*['\"]){name}(?!\w)"
_IN_TEXT: Final = r"(?<![\w.])((?:{roots})(?:\.|\[\s*['\"]))({names})(?!\w)"
_OF_ROW: Final = r"({table}(?:['\"]\s*\])?(?:\.\d+|\[\s*\d+\s*\])(?:\.|\[\s*['\"])){column}(?!\w)"
_OF_EACH: Final = r"(\beach\(\s*{table}(?:['\"]\s*\])?\s*,\s*['\"]){column}(?=['\"])"


def with_names(text: str, names: Mapping[str, str], roots: Collection[str]) -> str:
    """The text with other names of these fields and columns under the roots."""
    columns = {old: new for old, new in names.items() if "." in old}
    for old, new in columns.items():
        name, _, column = old.partition(".")
        table = _FIELD.format(roots="|".join(roots), name=re.escape(name))
        renamed = new.partition(".")[2]
        for shape in (_OF_ROW, _OF_EACH):
            text = re.sub(shape.format(table=table, column=re.escape(column)), rf"\g<1>{renamed}", text)
    fields = {old: new for old, new in names.items() if old not in columns}
    pattern = _IN_TEXT.format(roots="|".join(roots), names="|".join(map(re.escape, fields)))
    return re.sub(pattern, lambda match: match[1] + fields[match[2]], text) if fields else text
