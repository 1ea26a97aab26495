"""Sizes that keep code readable: lines of functions, test functions, classes and files. Prints what is too large, exits 1.

Exceptions are listed by name with a reason; an exception that is no longer needed fails too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = (
    "accounts",
    "forms_builder",
    "workflows",
    "flows",
    "notifications",
    "config",
    "tests",
    "benchmarks",
    ".ci",
    "static/src",
    "static/build",
)
LIMITS = {"function": 60, "test function": 40, "class": 250, "file": 500}

# "path" or "path::name" -> why it may be longer.
EXCEPTIONS: dict[str, str] = {}


@dataclass(frozen=True)
class Finding:
    place: str
    kind: str
    lines: int

    def __str__(self) -> str:
        return f"{self.place}: {self.kind} of {self.lines} lines, at most {LIMITS[self.kind]}"


def measure(path: Path, name: str) -> Iterator[Finding]:
    """Everything too large in one file."""
    source = path.read_text(encoding="utf-8")
    lines = source.count("\n")
    if lines > LIMITS["file"]:
        yield Finding(name, "file", lines)
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(source)):
            yield from _measure_node(node, name)


def _measure_node(node: ast.AST, name: str) -> Iterator[Finding]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    kind = "class" if isinstance(node, ast.ClassDef) else "function"
    if kind == "function" and node.name.startswith("test_") and name.startswith("tests/"):
        kind = "test function"
    if lines > LIMITS[kind]:
        yield Finding(f"{name}::{node.name}", kind, lines)


def sources() -> Iterator[tuple[Path, str]]:
    """All files that people write, with their names relative to the root."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if (
                path.suffix in {".py", ".ts", ".tsx", ".css"}
                and "/migrations/" not in name
                and "__pycache__" not in name
            ):
                yield path, name


def main() -> int:
    found = {finding.place: finding for path, name in sources() for finding in measure(path, name)}
    for place, finding in found.items():
        if place not in EXCEPTIONS:
            print(finding)
    stale = EXCEPTIONS.keys() - found.keys()
    for place in sorted(stale):
        print(f"{place}: listed as an exception and small enough by now")
    return 1 if stale or found.keys() - EXCEPTIONS.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
