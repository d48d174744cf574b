"""Who may import whom, read off the source: downwards only, stages apart, Streamlit in app.py and pages/ alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("monitor", "label", "train", "release", "modalities")
LAYERS = {
    1: ("errors", "configuration", "findings", "records", "plain", "registry", "roles", "schema", "costs"),
    2: STAGES,
    3: ("stores", "engines"),
    4: ("verbs", "notices", "people", "project", "workspace"),
    5: ("serving", "demo", "commands", "supervisor", "worker", "__main__"),
}
LEVEL = {name: level for level, names in LAYERS.items() for name in names}
IMPURE = {"sqlite3", "sqlite_utils", "streamlit", "socket", "subprocess", "urllib", "httpx", "requests", "time", "tempfile", "shutil", "os"}
MODULES = sorted(ROOT.glob("lifecycle/**/*.py"))


def imported(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Each imported module's full name, and whether only the type checker sees it."""
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports are absolute"
            if node.module == "lifecycle":
                yield from ((f"lifecycle.{alias.name}", id(node) in typing_only) for alias in node.names)
            else:
                yield node.module, id(node) in typing_only


def room(module: str) -> str:
    """The part of the package that a module belongs to: lifecycle.monitor.drift.psi is in monitor."""
    return module.split(".")[1] if module.startswith("lifecycle.") else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards(path: Path) -> None:
    here = path.relative_to(ROOT).with_suffix("").parts[1:]
    if here == ("__init__",):
        return
    own = here[0]
    assert own in LEVEL, f"{own} has no layer; give it one in tests/test_layers.py"
    for module, _ in imported(ast.parse(path.read_text())):
        assert "streamlit" not in module.split("."), f"Streamlit is imported in {path}"
        if not module.startswith("lifecycle."):
            if LEVEL[own] <= 2:
                assert module.split(".")[0] not in IMPURE, f"{path} is pure and imports {module}"
            continue
        other = room(module)
        if other not in LEVEL or other == own:
            continue
        assert LEVEL[other] <= LEVEL[own], f"{path} (layer {LEVEL[own]}) imports {module} (layer {LEVEL[other]})"
        assert not (LEVEL[own] == 2 and LEVEL[other] == 2 and {own, other} & {"monitor", "label", "train", "release"}), f"{path} imports {module}"
        assert not (LEVEL[own] == 3 and LEVEL[other] == 2), f"{path} imports {module}"


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("pages/**/*.py")), ROOT / "app.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_use_the_front_door(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert not node.module.startswith("lifecycle."), f"{path} imports from {node.module}; pages import names from lifecycle"
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("lifecycle.") for alias in node.names), f"{path} imports a submodule of lifecycle"


def test_there_is_no_import_cycle() -> None:
    graph = {}
    for path in MODULES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
        graph[name] = {module for module, _ in imported(ast.Module(body=top, type_ignores=[]))}
    names = set(graph)
    edges = {name: {m if m in names else m.rpartition(".")[0] for m in found} & names - {name, "lifecycle"} for name, found in graph.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in sorted(edges[name]):
                if not name.startswith(f"{other}."):
                    visit(other, (*path, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())
