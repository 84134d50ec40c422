"""What tests of the pages start from. What lies below them runs on both databases; the pages run on SQLite."""

from __future__ import annotations

import pytest
from province import copied_file, sqlite_province
from report_province import sqlite_reports

from server.app import create_app
from tests.chromium import chromium

__all__ = ["sqlite_province", "sqlite_reports"]


@pytest.fixture
def world(sqlite_province, tmp_path):
    """The province of `console_world`."""
    with copied_file(sqlite_province, tmp_path) as world:
        yield world


@pytest.fixture(scope="module")
def browser():
    """Chromium, for all tests of a module; each opens pages of its own, which share nothing."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def app(world):
    """The whole application over the province."""
    return create_app(world.services)
