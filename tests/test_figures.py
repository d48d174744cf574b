"""The house's figures: how large modules and functions may be, and that public names are documented."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted(ROOT.glob("lifecycle/**/*.py"))
PAGES = sorted(ROOT.glob("pages/**/*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Lines of code: the docstring does not count."""
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def test_modules_stay_small() -> None:
    sizes = {str(path.relative_to(ROOT)): lines(path) for path in PACKAGE if path.name != "__init__.py"}
    assert statistics.median(sizes.values()) <= 120
    assert not {name: size for name, size in sizes.items() if size > 400}


def test_pages_stay_small() -> None:
    assert not {str(path.relative_to(ROOT)): lines(path) for path in PAGES if lines(path) > 120}


def test_functions_stay_small() -> None:
    sizes = {f"{path.relative_to(ROOT)}:{f.name}": length(f) for path in PACKAGE + PAGES for f in functions(path)}
    assert not {name: size for name, size in sizes.items() if size > 60}
    assert sum(size <= 25 for size in sizes.values()) >= 0.9 * len(sizes)


@pytest.mark.parametrize("path", PACKAGE, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_names_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if path.read_text().strip():
        assert ast.get_docstring(tree), "the module says nothing of itself"
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


@pytest.mark.parametrize("path", PACKAGE + PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_left_for_later(path: Path) -> None:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        assert not any(word in line for word in ("TODO", "FIXME", "XXX", "NotImplementedError")), f"line {number}: {line.strip()}"
