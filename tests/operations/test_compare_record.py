"""A record beside its version before and the visit of the year before, for whoever may see them."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, FORMS, PROVINCE, TU_MO_RONG, example, make_account, send

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.errors import NotFound
from server.forms.sheets import SourceKind
from server.operations.compare_record import Earlier, compare_record
from server.operations.publish_form import Audience, FormSource, publish_form
from server.operations.review_submissions import Decision, Target, review_submissions
from server.operations.sights import Desk
from server.submissions.review import Verdict
from tests.opened_cases import open_cases

SURVEY = "household_conduct_survey"
MEDIA = FORMS / SURVEY / "media"


def officer(world, unit, role=Role.SUPERVISOR):
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    account_id = make_account(world.services, f"ai.{unit}.{role.value}", (role, unit))
    return Account(AccountId(account_id), "ai.do", (Post(role, unit_id, None, None),), elevated=True)


def visit(world, number, year, **replaced):
    """Have the phone send a visit of an earlier year to household 37."""
    said = {"visit_date": f"{year}-11-10", "survey_year": str(year), "saved_year": str(year)}
    return send(world, "Y Mẫu", example(SURVEY, "couple_with_children", number, **said | replaced))


def compared(world, account, name="37", desk=Desk.EVERYDAY):
    return compare_record(world.services, account, world.records[name], desk)


def texts(view, name):
    row = next(one for one in (*view.changed, *view.same) if one.either.name == name)
    return {"now": row.now and row.now.text, **{kind.value: one and one.text for kind, one in row.earlier.items()}}


def test_a_record_stands_beside_its_version_before_and_the_last_year_before(world):
    account = officer(world, DAK_HA)
    assert (compared(world, account).version, compared(world, account).visit) == (None, None)
    visit(world, 924, 2024, hh_poverty="none")
    visit(world, 925, 2025, hh_poverty="near_poor", c1_1="1")
    later = visit(world, 926, 2025, hh_poverty="unknown")
    unwanted = Decision(Verdict.REJECT, "x", (Target(later.submission_id, later.version_id),), spares_flagged=False)
    review_submissions(world.services, account, unwanted, Desk.EVERYDAY)
    xml = example(SURVEY, "couple_with_children", 1037, c1_2="1").decode()
    deprecated = "<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID>"
    send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())
    view = compared(world, account)
    assert (view.year, view.visit.year, view.visit.line.state.value) == (2026, 2025, "received")
    assert texts(view, "hh_poverty") == {"now": "poor", "version": "poor", "visit": "near_poor"}
    differs = {one.either.name: one.differs for one in view.changed}
    both = frozenset({Earlier.VERSION, Earlier.VISIT})
    assert (differs["hh_poverty"], differs["c1_1"], differs["c1_2"]) == ({Earlier.VISIT}, {Earlier.VISIT}, both)
    assert "respondent" in {one.either.name for one in view.same}


def another_of_this_year(world, number, **replaced):
    """Have the phone send one more survey of household 37 for the year of the two that are there."""
    world.services.now.advance(minutes=7)
    return send(world, "Y Mẫu", example(SURVEY, "couple_with_children", number, **replaced)).submission_id


def test_two_surveys_of_one_year_stand_side_by_side_the_newest_of_those_that_came_before(world):
    account = officer(world, DAK_HA)
    visit(world, 925, 2025, hh_poverty="near_poor")
    world.records["second"] = another_of_this_year(world, 938, hh_poverty="none", c1_1="1")
    world.records["third"] = another_of_this_year(world, 939, hh_poverty="unknown")
    assert compared(world, account).survey is None, "what came later is no last time"
    second, third = compared(world, account, "second"), compared(world, account, "third")
    assert second.survey.line.submission_id == world.records["41"]
    assert third.survey.line.submission_id == world.records["second"]
    assert (third.survey.year, third.visit.year, third.version) == (2026, 2025, None)
    said = {"now": "unknown", "survey": "none", "visit": "near_poor"}
    assert texts(third, "hh_poverty") == said
    differs = {one.either.name: one.differs for one in third.changed}
    assert differs["hh_poverty"] == {Earlier.SURVEY, Earlier.VISIT}
    assert differs["c1_1"] == {Earlier.SURVEY}


def test_a_survey_that_does_not_count_is_passed_over_for_the_one_before_it(world):
    account = officer(world, DAK_HA)
    between = another_of_this_year(world, 938)
    world.records["third"] = another_of_this_year(world, 939)
    line = compare_record(world.services, account, between, Desk.EVERYDAY).line
    unwanted = Decision(Verdict.REJECT, "x", (Target(between, line.version_id),), spares_flagged=False)
    review_submissions(world.services, account, unwanted, Desk.EVERYDAY)
    assert compared(world, account, "third").survey.line.submission_id == world.records["41"]


def test_the_survey_of_another_form_is_not_set_beside_it(world):
    """The questions of a household that another form asked as well are others."""
    other = (FORMS / SURVEY / "form.xml").read_bytes().replace(f'id="{SURVEY}"'.encode(), b'id="other_survey"')
    source = FormSource(other, SourceKind.XFORM, {one.name: one.read_bytes() for one in MEDIA.iterdir()}, None)
    publish_form(world.services, world.project_id, source, audience=Audience(), is_sensitive=False)
    world.services.now.advance(minutes=7)
    xml = example(SURVEY, "couple_with_children", 938).replace(f'id="{SURVEY}"'.encode(), b'id="other_survey"')
    between = send(world, "Y Mẫu", xml)
    world.records["third"] = another_of_this_year(world, 939)
    account = officer(world, DAK_HA)
    view = compared(world, account, "third")
    assert between.submission_id > world.records["41"]
    assert view.survey.line.submission_id == world.records["41"]


def test_a_survey_out_of_sight_is_not_set_beside_it(world):
    """A household that moved was surveyed in its old commune first; who sees the new one alone is told of no other."""
    world.records["second"] = another_of_this_year(world, 938, commune=TU_MO_RONG, village=f"{TU_MO_RONG}-01")
    there = compared(world, officer(world, TU_MO_RONG), "second")
    assert there.line.submission_id == world.records["second"]
    assert there.survey is None
    both = compared(world, officer(world, PROVINCE), "second")
    assert both.survey.line.submission_id == world.records["41"]


@pytest.mark.parametrize(
    ("unit", "role", "name", "desk"),
    [
        (TU_MO_RONG, Role.SUPERVISOR, "37", Desk.EVERYDAY),
        (DAK_HA, Role.SUPERVISOR, "incident", Desk.EVERYDAY),
        (TU_MO_RONG, Role.INCIDENT_OFFICER, "incident", Desk.INCIDENTS),
    ],
)
def test_out_of_sight_is_not_there(world, unit, role, name, desk):
    with pytest.raises(NotFound):
        compared(world, officer(world, unit, role), name, desk)


def test_an_incident_is_never_tied_to_a_visit(world):
    reader = officer(world, DAK_HA, Role.INCIDENT_OFFICER)
    open_cases(world.services, reader, world.records["incident"])
    view = compared(world, reader, "incident", Desk.INCIDENTS)
    assert (view.visit, view.version) == (None, None)
