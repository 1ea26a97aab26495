"""The habits of ARCHITECTURE.md that ruff cannot know. Prints what breaks them, exits 1.

Each rule brings good and bad lines; before anything is checked, every rule has to pass the good and refuse the bad ones.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ("accounts", "forms_builder", "workflows", "flows", "notifications", "config")
FACES = re.compile(r"(^|/)(views|api|templatetags)/|(^|/)(views|api|tasks)\.py$")
APP_CODE = re.compile(rf"^({'|'.join(APPS)})(\.|$)")
# Fields of the kernel are part of the schema, as Django's own are; `import app.models.x` is how makemigrations names
# defaults and validators. Whoever works on rows asks the historical models.
SCHEMA_CODE = re.compile(rf"^(accounts\.tenancy|({'|'.join(APPS)})\.models)(\.|$)")

Check = Callable[[str], Iterator[int]]


@dataclass(frozen=True)
class Rule:
    """`applies` says to which files, `check` gives the numbers of the lines that break it."""

    text: str
    applies: Callable[[str], bool]
    check: Check
    good: tuple[str, ...]
    bad: tuple[str, ...]


def by_node(test: Callable[[ast.AST], bool]) -> Check:
    """A check of Python syntax nodes."""

    def check(source: str) -> Iterator[int]:
        for node in ast.walk(ast.parse(source)):
            if test(node):
                yield getattr(node, "lineno", 1)

    return check


def by_pattern(pattern: str) -> Check:
    """A check of the text; the pattern may span lines."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def check(source: str) -> Iterator[int]:
        for match in compiled.finditer(source):
            yield source.count("\n", 0, match.start()) + 1

    return check


def uses_objects(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "objects"


def is_receiver(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return False
    return any(isinstance(d, ast.Call) and ast.unparse(d.func).endswith("receiver") for d in node.decorator_list)


def swallows_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
    broad = not kinds or any(ast.unparse(kind) in {"Exception", "BaseException"} for kind in kinds)
    return broad and not isinstance(node.body[-1], ast.Raise)


def orders_by_default(node: ast.AST) -> bool:
    if not (isinstance(node, ast.ClassDef) and node.name == "Meta"):
        return False
    targets = [target for line in node.body if isinstance(line, ast.Assign) for target in line.targets]
    return any(isinstance(target, ast.Name) and target.id == "ordering" for target in targets)


def imports_app_code(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return bool(APP_CODE.match(node.module or "")) and not (node.module or "").startswith("accounts.tenancy")
    if isinstance(node, ast.Import):
        return any(APP_CODE.match(alias.name) and not SCHEMA_CODE.match(alias.name) for alias in node.names)
    return False


def python(name: str) -> bool:
    return name.endswith(".py")


def product(name: str) -> bool:
    return python(name) and name.startswith(APPS)


def page(name: str) -> bool:
    return name.endswith(".html") and "/mail/" not in name


RULES = (
    Rule(
        "faces call selectors and services: no .objects here",
        lambda name: product(name) and bool(FACES.search(name)),
        by_node(uses_objects),
        good=("rows = selectors.runs(actor)",),
        bad=("rows = Run.objects.all()", "x = type(self).objects"),
    ),
    Rule(
        "signals are wired in apps.py only",
        lambda name: product(name) and not name.endswith("apps.py"),
        by_node(is_receiver),
        good=("@property\ndef f(self): ...", "@lru_cache(8)\ndef f(): ..."),
        bad=("@receiver(post_save)\ndef f(**k): ...", "@signals.receiver(x)\ndef f(**k): ..."),
    ),
    Rule(
        "name the errors that are expected; catch everything only to raise again",
        python,
        by_node(swallows_everything),
        good=("try:\n  f()\nexcept OSError:\n  pass", "try:\n  f()\nexcept BaseException:\n  g()\n  raise"),
        bad=(
            "try:\n  f()\nexcept Exception:\n  log()",
            "try:\n  f()\nexcept:\n  pass",
            "try:\n  f()\nexcept (OSError, Exception) as e:\n  pass",
        ),
    ),
    Rule(
        "say the order where rows are read: no Meta.ordering",
        product,
        by_node(orders_by_default),
        good=("class Meta:\n  indexes = []",),
        bad=("class A:\n  class Meta:\n    ordering = ['x']",),
    ),
    Rule(
        "a migration outlives the code of its day: no import of app code",
        lambda name: python(name) and "/migrations/" in name,
        by_node(imports_app_code),
        good=(
            "from django.db import models",
            "import accounts.models.calendars",
            "from accounts.tenancy import fields",
        ),
        bad=("from workflows.models import Run", "import accounts.services.people", "from config import celery"),
    ),
    Rule(
        "finish it or write an issue",
        lambda name: not name.startswith(".ci/"),
        by_pattern(r"(?-i:\b(TODO|FIXME|XXX|HACK)\b)"),
        good=("todo = [start]",),
        bad=("# TODO: later", "x = 1  # FIXME"),
    ),
    Rule(
        "the content policy allows no script or style inside a page",
        page,
        by_pattern(r"<script(?![^>]*\bsrc=)[^>]*>|<style[\s>]|\sstyle\s*=\s*[\"']|\son[a-z]+\s*=\s*[\"']|javascript:"),
        good=(
            '<script src="a.js"></script>',
            '<p class="x" data-on="y">',
            '<script type="module" src="{{ url }}"></script>',
        ),
        bad=(
            "<script>f()</script>",
            "<style>p{}</style>",
            '<p style="x">',
            '<a onclick="f()">',
            '<a href="javascript:f()">',
        ),
    ),
)


def self_test() -> Iterator[str]:
    """What the rules get wrong about their own examples."""
    for rule in RULES:
        yield from (f"refuses a good line: {line!r} ({rule.text})" for line in rule.good if any(rule.check(line)))
        yield from (f"lets a bad line pass: {line!r} ({rule.text})" for line in rule.bad if not any(rule.check(line)))


def files() -> Iterator[tuple[str, str]]:
    """Name and text of everything that people write."""
    for place in (*APPS, "tests", "benchmarks", "templates", "static/src", "static/build", ".ci"):
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in {".py", ".html", ".ts", ".tsx", ".css"} and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def findings() -> Iterator[str]:
    for name, text in files():
        for rule in RULES:
            if rule.applies(name):
                yield from (f"{name}:{line}: {rule.text}" for line in rule.check(text))


def main() -> int:
    wrong = list(self_test()) or list(findings())
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
