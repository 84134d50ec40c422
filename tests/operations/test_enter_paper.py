"""Sheets of paper typed in at the office: the collaborator's records, by the same rules, each once."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from console_world import DAK_HA, TU_MO_RONG, make_account

from server.access.actors import Account, Post
from server.access.roles import Role
from server.errors import Conflict, InvalidInput, NotFound
from server.operations.browse_submissions import Question
from server.operations.enter_paper import (
    SheetFacts,
    SheetKept,
    go_on_paper,
    keep_paper,
    list_paper_forms,
    start_paper,
)
from server.operations.paper_writers import list_writers
from server.operations.read_record import read_record
from server.operations.record_sheet import Step
from server.operations.rederive_submission import Tally, rederive_many
from server.operations.sights import Desk
from tests.register_world import put

DAY = date(2026, 9, 30)
WHERE = {"/data/where/commune": "23500", "/data/where/village": "23500-01"}
REFUSED = {
    "/data/who/household_list": "not_listed",
    "/data/who/house_no": "77",
    "/data/who/visit_result": "refused",
}


def officer(world, unit=DAK_HA, role=Role.SUPERVISOR):
    account_id = make_account(world.services, f"ai.{unit}.{role.value}", (role, unit), name="Cán bộ xã mẫu")
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    return Account(account_id, "ai.do", (Post(role, unit_id, None, None),), elevated=True)


def writers_of(world, account):
    return list_writers(world.services, account, unit_id=None, writer_id=None).people


def writer_of(world, account, name="Y Mẫu"):
    return next(one.collaborator_id for one in writers_of(world, account) if one.name == name)


def survey_of(world, account, writer):
    forms = list_paper_forms(world.services, account, writer)
    return next(one.version_id for one in forms if "Ứng xử" in one.title)


def begin(world, account, like=None):
    writer = writer_of(world, account)
    form = survey_of(world, account, writer)
    return start_paper(world.services, account, writer, form_version_id=form, like=like)


def typed(answers, reason=""):
    return Step({path: [text] for path, text in answers.items()}, reason=reason)


def keep(world, account, answers, number="12", day=DAY, reason="", like=None):
    draft, facts = begin(world, account, like).draft, SheetFacts(number, day)
    step = typed(answers, reason)
    draft = go_on_paper(world.services, account, draft, step=step, facts=facts).draft
    return keep_paper(world.services, account, draft, step=step, facts=facts)


def read(world, account, kept):
    return read_record(world.services, account, kept.submission_id, question=Question(Desk.EVERYDAY), version_id=None)


def texts(view):
    return {one.path: one.text for one in view.answers.answers()}


def test_a_sheet_becomes_the_collaborators_record_of_its_day(world):
    account = officer(world)
    kept = keep(world, account, WHERE | REFUSED)
    assert isinstance(kept, SheetKept)
    view = read(world, account, kept)
    line, said = view.line, texts(view)
    assert (line.collaborator_name, line.paper_number, line.event_date, line.state.value) == (
        "Y Mẫu",
        "12",
        DAY,
        "received",
    )
    assert (said["/data/today"], said["/data/where/visit_date"]) == ("2026-09-30", "2026-09-30")
    assert (said["/data/outcome"], said["/data/household_id"]) == ("refused", "unlisted:23500-01:77")
    assert ([one.code for one in view.findings if one.severity == "error"], view.place[0]) == ([], "Thôn 1 (mẫu)")
    (step,) = view.history
    assert step.line.corrected_by == "Cán bộ xã mẫu"
    with world.services.reading(world.services.operator()) as uow:
        raw = [uow.versions.one(view.shown.version_id)]
    assert rederive_many(world.services, raw) == Tally(differed=0, underived=0)


def test_the_place_of_the_sheet_before_is_carried_over(world):
    account = officer(world)
    kept = keep(world, account, WHERE | REFUSED)
    page = begin(world, account, like=kept.submission_id)
    second = keep(world, account, REFUSED | {"/data/who/house_no": "78"}, number="13", like=kept.submission_id)
    assert texts(read(world, account, second))["/data/where/village"] == "23500-01"
    assert page.draft.xml.count(b"23500-01") == 1


def test_a_sheet_is_typed_in_once_and_what_it_lacks_is_looked_at_first(world):
    account = officer(world)
    first = keep(world, account, WHERE | {"/data/who/visit_result": "met"})
    assert (first.has_faults, "answer.required_missing" in {one.code for one in first.findings}) == (True, True)
    kept = keep(world, account, WHERE | {"/data/who/visit_result": "met"}, reason="seen")
    assert read(world, account, kept).line.is_flagged
    with pytest.raises(Conflict, match=r"paper_sheet\.known"):
        keep(world, account, WHERE | REFUSED, number=" 12 ")


def test_an_answer_the_others_do_not_lead_to_is_told_and_left_out(world):
    account = officer(world)
    stray = {"/data/answers/about/hh_poverty": "poor"}
    entry = keep(world, account, WHERE | REFUSED | stray)
    assert [one.path for one in entry.unasked] == list(stray)
    kept = keep(world, account, WHERE | REFUSED | stray, reason="seen")
    assert "/data/answers/about/hh_poverty" not in texts(read(world, account, kept))


def test_what_a_register_says_of_a_household_is_no_stray_answer_where_nobody_was_met(world):
    facts = {"village": "23500-01", "house_no": "21", "status": "active", "poverty": "poor", "relations": "couple"}
    household = str(uuid4())
    put(world.services, world.project_id, label="A Mẫu – hộ 21 (mẫu)", entity_id=household, **facts)
    known = {"/data/who/household_list": "todo", "/data/who/household": household, "/data/who/visit_result": "refused"}
    account = officer(world)
    kept = keep(world, account, WHERE | known)
    assert isinstance(kept, SheetKept), kept.unasked
    stray = keep(world, account, WHERE | known | {"/data/answers/about/hh_poverty": "none"}, number="2")
    assert [one.path for one in stray.unasked] == ["/data/answers/about/hh_poverty"], "somebody did answer that"


@pytest.mark.parametrize(
    ("number", "day", "code"),
    [
        (" ", DAY, "number_needed"),
        ("x" * 41, DAY, "number_too_long"),
        ("1", None, "day_needed"),
        ("1", date(2026, 10, 6), "day_needed"),
    ],
)
def test_a_sheet_says_its_number_and_a_day_that_has_been(world, number, day, code):
    with pytest.raises(InvalidInput, match=code):
        keep(world, officer(world), WHERE | REFUSED, number=number, day=day)


def test_only_those_of_ones_own_territory_wrote_sheets_and_none_of_incidents(world):
    here, elsewhere = officer(world), officer(world, TU_MO_RONG)
    assert [one.name for one in writers_of(world, here)] == ["Y Mẫu", "Y Tập"]
    writer = writer_of(world, here)
    form = survey_of(world, here, writer)
    for account, person, version in (
        (elsewhere, writer, form),
        (officer(world, role=Role.ANALYST), writer, form),
        (here, 4, form),
        (here, 999999, form),
        (here, writer, 999999),
    ):
        with pytest.raises(NotFound):
            start_paper(world.services, account, person, form_version_id=version, like=None)
