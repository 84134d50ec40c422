"""What tests of the web doors start from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from console_world import Clock, make_services


@pytest.fixture
def clock():
    """A clock that stands until it is turned."""
    return Clock()


@pytest.fixture
def console_services(tmp_path, clock):
    """Services on an empty database with the seed's units."""
    services = make_services(tmp_path, clock=clock)
    yield services
    services.engine.dispose()
