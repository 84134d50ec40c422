"""Searching a province costs few statements, and no more work in the database than its few thousand hits are worth."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from scripts.benchmarks.province import set_up_province
from scripts.benchmarks.search import SEARCHES, give_words, search
from server.operations.browse_register import COUNTED_AT_MOST

pytestmark = pytest.mark.database
MOST_STATEMENTS = 8
MORE_BY_UNIT = 4
"""Where more is found than can be held, the units are gone through, in so many statements at most."""
MOST_STEPS = 2_000_000
"""Instructions of SQLite's machine; a search that went through all households of a province took 5.6 million."""
STRIDE = 1_000


class Work:
    """What a search asked of the database: statements, and on SQLite the steps it took to answer them."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.steps = 0

    def listen(self, connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.statements.append(statement)
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.set_progress_handler(self.step, STRIDE)

    def step(self) -> int:
        self.steps += STRIDE
        return 0


@contextmanager
def watched(engine):
    work = Work()
    event.listen(engine, "before_cursor_execute", work.listen)
    try:
        yield work
    finally:
        event.remove(engine, "before_cursor_execute", work.listen)


@pytest.fixture(params=[0.02, pytest.param(1.0, marks=pytest.mark.full)], ids=["fiftieth", "whole"])
def province(services, request):
    set_up_province(services, request.param)
    give_words(services.engine)
    return services


def test_every_search_costs_few_statements_and_few_steps(province):
    found = {}
    for words in SEARCHES:
        with watched(province.engine) as work:
            found[words] = search(province, words)
        most = MOST_STATEMENTS + (MORE_BY_UNIT if found[words] > COUNTED_AT_MOST else 0)
        assert len(work.statements) <= most, work.statements
        assert work.steps <= MOST_STEPS, words
    assert found[""] == COUNTED_AT_MOST + 1
    assert 0 < found["nguyen van duc hong"] <= found["nguyen van"]
