"""Imports go one way: flows → warehouse → parsers.records, flows → parsers."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KNOWS_PREFECT = {
    f"{name}.py" for name in ("ingest", "backfill", "batches", "reparse", "maintain", "ending", "journal/recorded")
} | {f"service/{name}.py" for name in ("by_hand", "registering", "server", "worker")}
FORBIDDEN = {
    "parsers": {"warehouse", "flows", "prefect", "duckdb", "requests", "urllib3", "socket", "time", "subprocess"},
    "warehouse": {"flows", "prefect", "requests", "trafilatura", "bs4", "lxml"},
    "flows": set(),
}


class Runtime(ast.NodeTransformer):
    """Leaves out what a file imports for its types alone."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else self.generic_visit(node)


def imports(path: Path, *, types: bool = True) -> set[str]:
    """The full names of all that a file imports, wherever in it; without `types`, of what it does when it runs."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree if types else Runtime().visit(tree)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by the full name, not relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    """The name by which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_imports_go_round():
    """Also those inside functions, where a circle can hide; CycleError names the files of one."""
    paths = {name_of(path): path for room in FORBIDDEN for path in files(room)}
    below: dict[str, set[str]] = {}
    for module, path in paths.items():
        names = imports(path, types=False)
        below[module] = {name if name in paths else name.rpartition(".")[0] for name in names} - {module}
    assert set(TopologicalSorter(below).static_order()) >= set(paths)


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_only_what_lies_below_it(room: str):
    assert files(room)
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(room)
        for name in imports(path)
        if name.split(".")[0] in FORBIDDEN[room]
    ]
    assert wrong == []


def test_the_warehouse_knows_of_the_parsers_only_their_records():
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files("warehouse")
        for name in imports(path)
        if name.startswith("parsers") and not name.startswith("parsers.records")
    ]
    assert wrong == []


def test_the_readers_of_lists_know_of_the_flows_only_what_a_file_is():
    """A finder reads lists and import does: what both need knows neither of them, nor sources or runs."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files("flows/lists")
        for name in imports(path)
        if name.startswith("flows.") and not name.startswith(("flows.lists", "flows.held"))
    ]
    assert files("flows/lists")
    assert wrong == []


def test_only_the_flow_modules_know_prefect():
    wrong = [
        str(path.relative_to(ROOT))
        for path in files("flows")
        if any(name.split(".")[0] == "prefect" for name in imports(path))
        and str(path.relative_to(ROOT / "flows")) not in KNOWS_PREFECT
    ]
    assert wrong == []


def test_no_flow_file_shadows_a_module_that_prefect_or_python_imports():
    """Prefect's path loader puts flows/ first on sys.path."""
    installed = set(importlib.metadata.packages_distributions()) - {"flows", "parsers", "warehouse", "tests", "bench"}
    taken = installed | set(sys.stdlib_module_names) | {"parsers", "warehouse"}
    names = {path.stem for path in (ROOT / "flows").glob("*.py")} | {
        path.name for path in (ROOT / "flows").iterdir() if path.is_dir()
    }
    assert names & taken == set()


def test_command_line_and_parsers_start_without_heavy_imports():
    code = "import sys, flows.cli; print(sorted({'prefect', 'duckdb', 'trafilatura'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
