"""Zero is said, not assumed: quarters confirmed by the officer, silent ones, and what release tables make of both."""

from __future__ import annotations

import pytest
from release_world import YEAR, A, B, C, ReleaseWorld

from server.access.roles import Role
from server.errors import Conflict, Forbidden, InvalidInput, NotFound
from server.indicators.periods import Period
from server.indicators.releases_tables import CellState
from server.operations.confirm_no_case import NoCaseOrder, confirm_no_case, withdraw_no_case
from server.operations.no_case_sheet import QuarterState, no_case_sheet, sheet_for_the_operator
from server.operations.read_releases import ReleaseQuestion, released_tables
from server.operations.release_tables import freeze_release, revise_release
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
NOT_REPORTED, CONFIRMED, RECORDS = QuarterState.NOT_REPORTED, QuarterState.CONFIRMED, QuarterState.RECORDS


@pytest.fixture
def beginning():
    return ReleaseWorld  # on 4 December 2026


@pytest.fixture
def world(begun):
    return begun


def officer(world, code=A):
    return world.actor(Role.INCIDENT_OFFICER, code, elevated=True)


def order(world, code=A, quarter=3, year=YEAR):
    return NoCaseOrder(world.project_id, world.unit(code), Period(year, quarter=quarter))


def confirm(world, code=A, quarter=3, **more):
    return confirm_no_case(world.services, officer(world, code), order(world, code, quarter, **more))


def states(world, code=A):
    sheet = no_case_sheet(world.services, officer(world, code), project_id=None, year=YEAR)
    (commune,) = sheet.communes
    return [one.state for one in commune.quarters]


def row(world, code):
    """Return what the release table by commune says of a commune."""
    found = released_tables(world.services, world.actor(), ReleaseQuestion(world.project_id, "cong-khai", YEAR))
    (table,) = (one for one in found.tables if one.release.name == "xa")
    return next(one.state for one in table.cells if one.unit_id == world.unit(code) and one.category == "")


def refused(kind, code, what, *given):
    with pytest.raises(kind) as error:
        what(*given)
    assert error.value.code == code


def test_a_quarter_is_silent_until_it_is_confirmed_or_something_was_reported(world):
    assert states(world) == [NOT_REPORTED] * 4
    confirm(world, quarter=1)
    world.cases(A, 2, quarter=2)
    world.no_case(A, quarter=3)
    assert states(world) == [CONFIRMED, RECORDS, RECORDS, NOT_REPORTED]
    # The fourth has come to its last month, so it may be confirmed up to today.
    confirm(world, quarter=4)
    sheet = no_case_sheet(world.services, officer(world), project_id=None, year=YEAR)
    said = sheet.communes[0].quarters[3].confirmation
    assert (said.author, said.until) == ("Người duyệt (mẫu)", world.services.today())


def test_a_confirmation_is_the_officers_of_that_commune_and_nobody_elses_to_make_or_see(world):
    services = world.services
    refused(NotFound, "access.not_found", confirm_no_case, services, officer(world, B), order(world))
    first_step = world.actor(Role.INCIDENT_OFFICER, A)
    refused(Forbidden, "access.second_step_needed", confirm_no_case, services, first_step, order(world))
    for role in (Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR):
        refused(NotFound, "access.not_found", confirm_no_case, services, world.actor(role, A), order(world))
        with pytest.raises(NotFound):
            no_case_sheet(services, world.actor(role, A), project_id=None, year=YEAR)
    confirmation = confirm(world)
    refused(NotFound, "no_case.unknown", withdraw_no_case, services, officer(world, B), confirmation)
    assert states(world, B) == [NOT_REPORTED] * 4
    whole = sheet_for_the_operator(services, world.project_id, YEAR)
    assert len(whole.communes) > 3


def test_what_is_no_quarter_of_a_commune_without_a_record_is_refused(world):
    services = world.services
    refused(
        InvalidInput,
        "no_case.not_a_quarter",
        confirm_no_case,
        services,
        officer(world),
        NoCaseOrder(world.project_id, world.unit(A), Period(YEAR)),
    )
    next_year = NoCaseOrder(world.project_id, world.unit(A), Period(YEAR + 1, quarter=1))
    refused(InvalidInput, "no_case.too_early", confirm_no_case, services, officer(world), next_year)
    province = world.actor(Role.INCIDENT_OFFICER, elevated=True)
    whole = NoCaseOrder(world.project_id, world.unit("51"), Period(YEAR, quarter=3))
    refused(InvalidInput, "no_case.not_a_commune", confirm_no_case, services, province, whole)
    elsewhere = NoCaseOrder(999, world.unit(A), Period(YEAR, quarter=3))
    refused(NotFound, "project.unknown", confirm_no_case, services, officer(world), elsewhere)
    confirm(world)
    refused(Conflict, "no_case.already", confirm, world)
    world.cases(A, 1, quarter=2)
    refused(Conflict, "no_case.has_records", confirm, world, A, 2)


def test_a_record_that_waits_for_review_keeps_a_quarter_from_being_confirmed_and_a_rejected_one_does_not(world):
    (target,) = world.cases(A, 1, quarter=2)
    refused(Conflict, "no_case.has_records", confirm, world, A, 2)
    world.decide(Verdict.REJECT, [target])
    confirm(world, A, 2)
    assert states(world)[1] == CONFIRMED


def test_a_confirmation_that_was_taken_back_leaves_the_quarter_silent_and_may_be_made_again(world):
    confirmation = confirm(world)
    withdraw_no_case(world.services, officer(world), confirmation)
    assert states(world)[2] == NOT_REPORTED
    refused(NotFound, "no_case.unknown", withdraw_no_case, world.services, officer(world), confirmation)
    assert confirm(world) != confirmation


def test_release_tables_tell_silence_from_a_confirmed_quarter_and_say_no_more(world):
    world.cases(A, 9)
    confirm(world, B, 1)
    freeze_release(world.services, world.order())
    assert row(world, A) in {CellState.SHOWN, CellState.HIDDEN}
    # Confirmed to be nothing, and two cases, read alike: hidden.
    assert (row(world, B), row(world, C)) == (CellState.HIDDEN, CellState.NOT_REPORTED)


def test_a_confirmation_that_is_taken_back_does_not_show_in_a_revision(world):
    world.cases(A, 9)
    confirmation = confirm(world, B, 1)
    freeze_release(world.services, world.order())
    withdraw_no_case(world.services, officer(world, B), confirmation)
    world.cases(A, 20)
    revise_release(world.services, world.order(), may_hide_more=True)
    assert row(world, B) == CellState.HIDDEN
