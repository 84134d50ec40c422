"""Figures typed from paper in the database: versions beside one another, sensitive ones for few."""

from __future__ import annotations

from datetime import date

import pytest
from figure_world import AT, NEW_AB, NEW_C, OLD_A, FigureWorld

from server.indicators.paper_figures import PaperPlace
from server.indicators.periods import Period
from server.storage.unit_of_work import UnitOfWork
from server.storage.visible import Intake, Operator, Reading

pytestmark = pytest.mark.database
PLACE = PaperPlace(Period(2021), OLD_A, "register.households")
QUARTER = PaperPlace(Period(2021, quarter=2), OLD_A, "register.households")
CASES = PaperPlace(Period(2021), NEW_C, "phieu_b.cases")


class PaperWorld:
    def __init__(self, engine):
        self.engine = engine
        world = FigureWorld(engine)
        self.project_id = world.project_id
        with self.uow() as uow:
            self.import_id = uow.register_imports.add(
                {
                    "project_id": self.project_id, "kind": "figures", "account_id": None, "unit_ids": [],
                    "file_name": "so-mau.xlsx", "file_sha256": "0" * 64, "as_of": date(2026, 10, 5), "state": "done",
                    "report": {}, "created_at": AT, "touched_at": AT,
                }
            )  # fmt: skip

    def uow(self, sight=None):
        return UnitOfWork(self.engine, sight or Operator(), writes=True)

    def write(self, place, thousandths, *, version=1, ends=(), is_sensitive=False):
        row = {
            "project_id": self.project_id, "year": place.period.year, "period": place.period.label,
            "unit_id": place.unit_id, "frame_day": date(2021, 12, 31), "key": place.key, "version": version,
            "thousandths": thousandths, "source_document": "Sổ mẫu", "source_number": "", "source_day": None,
            "source_body": "", "author": "Mẫu", "is_sensitive": is_sensitive, "is_current": True, "is_undone": False,
            "import_id": self.import_id, "recorded_at": AT,
        }  # fmt: skip
        with self.uow() as uow:
            uow.paper_figures.replace(list(ends), [row])

    def of_year(self, sight=None, **narrow):
        with self.uow(sight) as uow:
            found = uow.paper_figures.of_year(self.project_id, 2021, **narrow)
        return [(one.place, one.value) for one in found]


@pytest.fixture
def world(engine):
    return PaperWorld(engine)


def test_a_figure_of_a_year_and_of_its_quarter_stand_side_by_side(world):
    world.write(PLACE, 1_234_000)
    world.write(QUARTER, 500)
    assert [(place.period.label, str(value)) for place, value in world.of_year()] == [
        ("2021", "1234"),
        ("2021-Q2", "0.5"),
    ]


def test_figures_are_narrowed_by_unit_and_key(world):
    world.write(PLACE, 1000)
    assert world.of_year(units=[NEW_AB]) == world.of_year(keys=["I6"]) == []
    assert len(world.of_year(units=[OLD_A], keys=[PLACE.key])) == 1


def test_a_further_version_stands_beside_the_one_before(world):
    world.write(PLACE, 1000)
    with world.uow() as uow:
        first = uow.paper_figures.current(world.project_id, [PLACE])[PLACE]
        assert uow.paper_figures.newest_versions(world.project_id, [PLACE, QUARTER]) == {PLACE: 1}
    world.write(PLACE, 2000, version=2, ends=[first.figure_id])
    with world.uow() as uow:
        history = uow.paper_figures.history(world.project_id, PLACE)
        assert [(one.version, one.thousandths, one.is_current) for one in history] == [
            (2, 2000, True),
            (1, 1000, False),
        ]
        assert uow.paper_figures.before(world.project_id, history[0]) == first.figure_id
        assert uow.paper_figures.before(world.project_id, history[1]) is None
        uow.paper_figures.mark_undone([history[0].figure_id])
        uow.paper_figures.set_current([first.figure_id], is_current=True)
    assert [str(value) for _, value in world.of_year()] == ["1"]


def test_what_was_withdrawn_is_no_figure(world):
    world.write(PLACE, None)
    assert world.of_year() == []
    with world.uow() as uow:
        assert uow.paper_figures.years(world.project_id) == []
        assert uow.paper_figures.current(world.project_id, [PLACE])[PLACE].value is None


def test_counts_of_cases_are_seen_below_incident_posts_alone(world):
    world.write(PLACE, 1000)
    world.write(CASES, 3000, is_sensitive=True)
    everyday = world.of_year(Reading(frozenset({OLD_A, NEW_AB, NEW_C})))
    elsewhere = world.of_year(Reading(frozenset(), frozenset({NEW_AB})))
    officer = world.of_year(Reading(frozenset(), frozenset({NEW_C})))
    assert [place for place, _ in everyday] == [place for place, _ in elsewhere] == [PLACE]
    assert [place for place, _ in officer] == [PLACE, CASES]
    assert world.of_year(Intake(world.project_id)) == []


def test_the_history_of_a_count_of_cases_is_no_less_closed(world):
    world.write(CASES, 3000, is_sensitive=True)
    with world.uow(Reading(frozenset({NEW_C}))) as uow:
        assert uow.paper_figures.history(world.project_id, CASES) == []
        assert uow.paper_figures.current(world.project_id, [CASES]) == {}
        assert uow.paper_figures.of_import(world.import_id) == []
        assert uow.paper_figures.years(world.project_id) == []
        assert uow.paper_figures.newest_versions(world.project_id, [CASES]) == {CASES: 1}
