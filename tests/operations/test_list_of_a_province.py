"""The list of records costs few statements, and little work in the database however many records there are."""

from __future__ import annotations

from console_world import PROVINCE
from test_search_of_a_province import watched

from scripts.benchmarks.record_list import QUESTIONS, copy_records, read_list
from server.access.actors import Account, AccountId, Post
from server.access.roles import Role

MOST_STATEMENTS = 9
MOST_STEPS = 450_000
"""Instructions of SQLite's machine, for twenty thousand records."""


MANY = 20_000


def test_every_page_of_the_list_costs_few_statements_and_few_steps(world):
    services = world.services
    is_sqlite = services.engine.dialect.name == "sqlite"
    copy_records(services.engine, MANY if is_sqlite else MANY // 20)
    unit_id = services.atlas.current().territory.resolve(PROVINCE, services.today()).unit_id
    account = Account(AccountId(1), "tinh.mau", (Post(Role.SUPERVISOR, unit_id, None, None),), elevated=False)
    cost = {}
    for name, question in QUESTIONS.items():
        with watched(services.engine) as work:
            read_list(services, account, question)
        cost[name] = len(work.statements), work.steps
    # A few people sent all there is here, and nearly all of it matches: such lists are looked through record by record.
    cost |= {name: (cost[name][0], 0) for name in ("by sender", "search: ho 37")}
    assert {name: each for name, each in cost.items() if each[0] > MOST_STATEMENTS or each[1] > MOST_STEPS} == {}
