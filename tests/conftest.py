"""Fixtures that every room uses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest

from warehouse import reading_copy, schema

LONG = (
    "flows/service/test_up.py", "flows/test_kills.py", "test_docs.py", "flows/test_backfill.py", "flows/service/test_unattended.py",
    "flows/test_pipeline.py", "test_readme.py", "flows/rereading/test_reparse.py", "flows/discovery/", "flows/wayback/",
    "warehouse/test_duckdb_versions.py", "flows/cli/test_backfill_verb.py",
)  # fmt: skip
"""What takes longest begins first, so that of several workers none is left with it when the others have ended."""

SHARED = Path(__file__).parent.parent.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order in which they begin; within a file nothing changes."""
    items.sort(
        key=lambda item: next((place for place, name in enumerate(LONG) if f"tests/{name}" in item.nodeid), len(LONG))
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of third-party gold data beside the checkout; tests that need it skip where it is not."""
    if not (SHARED / "gold").is_dir():
        pytest.skip("the gold data is not part of this repository and does not lie beside it")
    return SHARED


@pytest.fixture(autouse=True)
def _no_workspace_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own settings out of the tests."""
    for name in ("WIREROOM_WORKSPACE", "WIREROOM_CONTACT", "WIREROOM_LOG_JSON", "PREFECT_API_URL", "PREFECT_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _new_databases_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Begin every new live database as a copy of one: its migrations, views and comments take a third of a second."""
    opened = schema.opened

    @cache
    def made() -> Path:
        path = tmp_path_factory.mktemp("schema") / "new.duckdb"
        opened(path).close()
        return path

    def copied(path: Path | str) -> duckdb.DuckDBPyConnection:
        if path == ":memory:":
            path = tmp_path_factory.mktemp("memory") / "memory.duckdb"
        if not Path(path).exists():
            shutil.copyfile(made(), path)
        return opened(path)

    with pytest.MonkeyPatch.context() as patched:
        for module in (schema, reading_copy):
            patched.setattr(module, "opened", copied)
        yield
