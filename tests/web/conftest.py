"""What tests of the web doors start from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from console_world import load_sample_units


@pytest.fixture
def console_services(services):
    """Services on a database with the seed's units."""
    load_sample_units(services)
    return services
