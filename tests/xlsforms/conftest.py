"""The form engine, for the tests that fill the shipped forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collect_double.engine import JavaRosa

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def engine() -> Iterator[JavaRosa]:
    with JavaRosa() as running:
        yield running
