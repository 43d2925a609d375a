"""What the tests of all flows share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows import opening
from flows.rereading import rebuild, reparsing
from flows.sample.site import Site, serve
from tests.flows.inline import Inline


@pytest.fixture(scope="module", autouse=True)
def _parsed_in_this_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """Parse without processes, unless a module is marked as one that tests them."""
    with pytest.MonkeyPatch.context() as patched:
        if not request.node.get_closest_marker("parse_processes"):
            for module in (opening, reparsing, rebuild):
                patched.setattr(module, "ParsePool", Inline)
        yield


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The sample outlet on loopback, one for all tests of a module."""
    with serve() as served:
        yield served
