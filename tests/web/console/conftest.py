"""What tests of the pages start from. What lies below them runs on both databases; the pages run on SQLite."""

from __future__ import annotations

import pytest
from console_world import build_world


@pytest.fixture
def database_url(sqlite_template, tmp_path):
    """The address of an empty, migrated database in a file."""
    path = tmp_path / "nepnha.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def world(services):
    """A small made-up province, see `console_world`."""
    return build_world(services)
