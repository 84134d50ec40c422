"""What tests of people at the console start from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from console_world import load_sample_units
from province import copied_file, copied_on_server, postgres_province, sqlite_province

__all__ = ["postgres_province", "sqlite_province"]


@pytest.fixture
def console_services(services):
    """Services on a database with the seed's units."""
    load_sample_units(services)
    return services


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, tmp_path):
    """The province of `console_world` on each kind of database."""
    if request.param == "sqlite":
        with copied_file(request.getfixturevalue("sqlite_province"), tmp_path) as world:
            yield world
        return
    made, server = request.getfixturevalue("postgres_province"), request.getfixturevalue("postgres_server")
    with copied_on_server(made, server, tmp_path) as world:
        yield world
