"""No page, file or door that shows figures shows one of a sensitive measure, not even where a plan once named it."""

from __future__ import annotations

import re

import pytest
from console_world import client_of
from plan_world import workbook
from release_world import BY_COMMUNE, YEAR, A, ReleaseWorld, release_book
from sqlalchemy import update

from server.app import create_app
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.release_tables import freeze_release
from server.storage.models.forms import FormRow

CASES = 13
"""A count that stands on no page by chance."""
I7 = ("I7", "Số việc (mẫu)", "phieu_b.cases", "", "count", "down", "commune", "year")
SHARE = ("S1", "Tỷ lệ (mẫu)", "phieu_b.told_in_time", "phieu_b.cases", "%", "up", "province", "year")


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def made_world(services):
    """The incident form was an everyday one when a plan named its measures, and is sensitive now."""
    world = ReleaseWorld(services)
    _mark(world, is_sensitive=False)
    publish_plan(services, world.project_id, PlanSource("cu", workbook(indicators=(I7, SHARE), targets=())))
    _mark(world, is_sensitive=True)
    world.cases(A, CASES)
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


@pytest.fixture
def ask(world):
    """Ask as somebody who may read figures and records of the whole province, the second step passed."""
    return client_of(create_app(world.services), world, "duyet.mau", elevated=True).get


def _mark(world, *, is_sensitive):
    with world.services.engine.begin() as connection:
        connection.execute(update(FormRow).values(is_sensitive=is_sensitive))


def test_the_account_is_let_in(ask):
    assert ask("/indicators").status_code == 200


@pytest.mark.parametrize("code", ["I7", "S1"])
def test_the_table_of_a_sensitive_measure_is_empty_as_page_and_as_json(ask, code):
    page = ask(f"/indicators/{code}?year={YEAR}")
    assert page.status_code == 200
    assert re.search(rf"\b{CASES}\b", re.sub(r"<[^>]+>", " ", page.text)) is None
    told = ask(f"/api/v1/figures/{code}?year={YEAR}").get_json()
    figures = [told["total"], *(row["figure"] for row in told["rows"])]
    assert {(one["numerator"], one["value"], one["received"], one["approved"]) for one in figures} == {(0, None, 0, 0)}
    assert told["unplaced"] is None


@pytest.mark.parametrize("part", ["numerator", "denominator"])
def test_no_record_stands_behind_a_sensitive_measure(ask, part):
    page = ask(f"/indicators/S1/records?year={YEAR}&part={part}")
    assert page.status_code == 200
    assert "/submissions/" not in page.text
    assert str(CASES) not in re.sub(r"<[^>]+>", " ", page.text)


def test_with_release_tables_frozen_the_indicators_say_no_more_than_before(ask, world):
    before = [ask(f"/api/v1/figures/{code}?year={YEAR}").get_json() for code in ("I7", "S1")]
    world.cases(A, 7, quarter=2)
    freeze_release(world.services, world.order())
    assert [ask(f"/api/v1/figures/{code}?year={YEAR}").get_json() for code in ("I7", "S1")] == before


def test_a_plan_with_release_tables_lists_its_indicators_alone(ask, world):
    book = release_book(BY_COMMUNE, indicators=(), targets=())
    publish_plan(world.services, world.project_id, PlanSource("khac", book))
    told = ask("/api/v1/figures").get_json()["indicators"]
    assert {one["indicator"]["code"] for one in told} == {"I7", "S1"}
