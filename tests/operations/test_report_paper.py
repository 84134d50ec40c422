"""Every named cell of the shipped layouts can be typed from paper and stands there marked so, incidents in one copy."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from report_province import copied_file, sqlite_reports
from report_world import COMMUNE, DAK_HA, LAYOUTS, PROVINCE, WHOLE

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.indicators.paper_rows import CASES, FIGURES
from server.indicators.periods import Period
from server.indicators.report_fill import Mark
from server.operations.fill_report import fill_report
from server.operations.office_paper import PaperQuestion, Typing, paper_sheet, type_figures
from server.operations.official_copy import Act, official_copy
from server.operations.report_filling import ReportOrder

__all__ = ["sqlite_reports"]
DOCUMENT = {"document": "Sổ thông tin về gia đình (mẫu)"}
SHIPPED = (
    (("commune-2011", COMMUNE), DAK_HA, 2026),
    (("district-2011",), "615@2024-12-31", 2024),
    ((WHOLE,), PROVINCE, 2026),
)


@pytest.fixture
def world(sqlite_reports, tmp_path):
    with copied_file(sqlite_reports, tmp_path) as world:
        for name in ("commune-2011", "district-2011"):
            world.layouts[name] = world.layout(name, (LAYOUTS / f"{name}.xlsx").read_bytes())
        yield world


def officer(world, unit_id, role):
    """Return the officer of a unit, after the second step where that is asked for."""
    return Account(AccountId(1), "can.bo", (Post(role, unit_id, None, None),), elevated=role is Role.INCIDENT_OFFICER)


def named(template):
    """Return the cells of a layout that have a name to be typed under."""
    return [one for one, _ in template.numbers() if one.paper.row]


def type_all(world, kind, unit_id, year, keys):
    """Type a number for each cell on the page of the unit's officer, and return what was typed."""
    role = Role.SUPERVISOR if kind == FIGURES else Role.INCIDENT_OFFICER
    project_id = world.project_id if kind == FIGURES else world.separate_id
    question, account = PaperQuestion(kind, project_id, unit_id, Period(year)), officer(world, unit_id, role)
    groups = paper_sheet(world.services, account, question).groups.values()
    assert set(keys) <= {line.key.key for group in groups for line in group}
    entries = {key: str(100 + number) for number, key in enumerate(keys)}
    typing = Typing(entries, {}, DOCUMENT, is_late=False)
    assert type_figures(world.services, account, question, typing).written == len(keys)
    return entries


@pytest.mark.parametrize(("layouts", "unit", "year"), SHIPPED, ids=[one[1] for one in SHIPPED])
def test_every_named_cell_can_be_typed_and_stands_marked_in_the_layout(world, layouts, unit, year):
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    orders = [ReportOrder(world.layouts[one], unit_id, Period(year)) for one in layouts]
    slots = [slot for one in orders for slot in named(fill_report(world.services, one, has_draft=False).template)]
    everyday, sealed = (
        list(dict.fromkeys(one.paper.key for one in slots if one.paper.is_sensitive is kind)) for kind in (False, True)
    )
    typed = type_all(world, FIGURES, unit_id, year, everyday) | type_all(world, CASES, unit_id, year, sealed)
    for order in orders:
        public = fill_report(world.services, order, has_draft=False)
        cells = [one for one in public.plan.cells if one.key in typed]
        assert len(cells) == len(named(public.template)) > 30
        assert {one.amount.mark for one in cells if one.key in everyday} == {Mark.TYPED}
        assert {one.amount.mark for one in cells if one.key in sealed} <= {Mark.HIDDEN, Mark.NOT_RELEASED}
        assert not {one.label for one in cells} & set(public.plan.rows_with(Mark.EMPTY))
        account = officer(world, unit_id, Role.INCIDENT_OFFICER)
        official = official_copy(world.services, account, order, act=Act.OPEN, reason="Đối chiếu (mẫu)")
        sheet = load_workbook(BytesIO(official.workbook)).worksheets[0]
        for one in cells:
            said = sheet[f"{one.column}{one.row}"]
            assert (str(said.value), said.number_format[-3:]) == (typed[one.key], '"*"'), "a typed figure has a star"
