"""Fixtures that every room uses."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parent.parent.parent / "shared"


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
