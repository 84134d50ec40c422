"""A page costs the same number of statements however much there is to show."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from console_world import DAK_HA, FORMS, PROVINCE, VILLAGE_1, client_of, example, make_account, publish, send
from province import copied_file
from sqlalchemy import event

from server.access.roles import Role
from server.app import create_app
from server.indicators.periods import Period
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.lock_period import LockOrder, lock_period
from server.operations.publish_plan import PlanSource, publish_plan
from server.submissions.review import Verdict
from tests.register_world import put

# Session, territory revision and what the page itself asks; counted, then held.
MOST = {
    "/": 12,
    "/submissions?state=all": 11,
    "/submissions": 12,
    "/submissions?q=ho+mau&finding=answer.required_missing&state=all": 11,
    "/map?state=all": 4,
    "/submissions/by-rule": 2,
    "/history": 5,
    "/accounts": 6,
    "/account": 5,
    "/forms": 12,
    "/practice": 8,
    "/held": 7,
    "/collaborators": 5,
    "/indicators": 7,
    "/locks": 9,
    "/reports": 8,
}


@contextmanager
def counted(engine):
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def client(app, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA), (Role.ADMINISTRATOR, DAK_HA))
    return client_of(app, world, "ai.do")


def cost(client, world, page):
    client.get(page)
    with counted(world.services.engine) as statements:
        assert client.get(page).status_code == 200
    return len(statements)


def fill(world):
    survey = "household_conduct_survey"
    for number in range(100, 112):
        send(world, "Y Mẫu", example(survey, "refused", number))
        send(world, "Y Mẫu", example(survey, "refused", number + 100).replace(b'version="', b'version="9'))
        put(world.services, world.project_id, village=VILLAGE_1, head_name=f"A Mẫu {number}")
        put(world.services, world.project_id, "clubs", label=f"CLB {number}", village=VILLAGE_1)
        make_account(world.services, f"nguoi.{number}", (Role.SUPERVISOR, DAK_HA))
        new = NewCollaborator(world.project_id, f"Người mẫu {number}", (VILLAGE_1,), is_sample=True)
        add_collaborator(world.services, new)


@pytest.mark.parametrize("page", MOST)
def test_a_list_costs_the_same_for_few_and_for_many(client, world, page):
    few = cost(client, world, page)
    fill(world)
    assert (cost(client, world, page), few <= MOST[page]) == (few, True), few


def test_a_record_costs_a_bounded_number_of_statements(client, world):
    assert cost(client, world, f"/submissions/{world.records['37']}") <= 12
    assert cost(client, world, f"/submissions/{world.records['37']}/correct") <= 10
    assert cost(client, world, f"/submissions/{world.records['37']}/compare") <= 12
    assert cost(client, world, f"/submissions/{world.records['41']}/compare") <= 12, "beside another of its year"
    assert cost(client, world, "/submissions/paper?writer=1&form=1") <= 12


def test_a_list_in_the_order_of_its_senders_costs_a_bounded_number_of_statements(client, world):
    assert cost(client, world, "/submissions?q=ho+mau&finding=answer.required_missing&sort=sender") <= 12


def test_a_household_costs_a_bounded_number_of_statements(client, world):
    key = put(world.services, world.project_id, village=VILLAGE_1)
    assert cost(client, world, f"/entities/{key}") <= 14
    assert cost(client, world, f"/entities/{key}/with/{put(world.services, world.project_id, village=VILLAGE_1)}") <= 10
    assert cost(client, world, f"/entities/{key}/conflict") <= 9
    assert cost(client, world, f"/entities/{key}/edit") <= 6


FIGURES = (
    "/indicators",
    "/indicators?within={commune}&year=2026",
    "/indicators/I2?year=2026",
    "/indicators/I6?year=2026&within={commune}&level=village",
    "/indicators/I7?year=2026",
    "/indicators/I5/years?year=2026",
    "/indicators/I6/years?year=2026&within={commune}",
    "/indicators/I6/records?year=2026&unit={commune}",
    "/indicators/I6/records?year=2026&unit={commune}&part=denominator",
    "/locks",
    "/locks/new?project={project}&unit={province}&period=2026",
    "/locks/{lock}",
    "/reports",
    "/activities?year=2026",
    "/completeness?year=2026&within={commune}",
)


def test_a_page_of_figures_costs_a_bounded_number_of_statements(sqlite_reports, tmp_path):
    with copied_file(sqlite_reports, tmp_path) as world:
        publish(world.services, world.project_id, "training_event")
        name = "plan-2026-2030-draft"
        publish_plan(
            world.services, world.project_id, PlanSource(name, (FORMS / "plans" / f"{name}.xlsx").read_bytes())
        )
        world.decide(Verdict.APPROVE, world.send("couple_with_children"))
        make_account(world.services, "ai.do", (Role.SUPERVISOR, PROVINCE), (Role.ADMINISTRATOR, PROVINCE))
        client = client_of(create_app(world.services), world, "ai.do")
        province, order = world.unit(PROVINCE), Period(2026)
        lock = lock_period(world.services, world.actor(), LockOrder(world.project_id, province, order)).lock_id
        there = {"commune": world.unit(DAK_HA), "province": province, "project": world.project_id, "lock": lock}
        costs = {page: cost(client, world, page.format(**there)) for page in FIGURES}
        assert cost(client, world, f"/paper?year=2026&unit={world.unit(DAK_HA)}") <= 12
    assert {page: most for page, most in costs.items() if most > 12} == {}
