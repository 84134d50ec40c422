"""Release tables: frozen once, revised as a whole, read through one way in which nothing small is to be found."""

from __future__ import annotations

import json

import pytest
from console_world import FORMS
from release_world import BY_COMMUNE, BY_FORM, BY_QUARTER, IN_TIME, YEAR, A, B, C, ReleaseWorld

from server.access.actors import Visitor
from server.access.roles import Role
from server.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from server.forms.faults import FormRefused
from server.forms.sheets import SourceKind
from server.indicators.releases_tables import CellState
from server.operations.publish_form import Audience, FormSource, publish_form
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_releases import ReleaseQuestion, list_releases, released_tables
from server.operations.release_tables import freeze_release, revise_release
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
HIDDEN, NOT_REPORTED = CellState.HIDDEN.value, CellState.NOT_REPORTED.value


@pytest.fixture
def beginning():
    return ReleaseWorld


@pytest.fixture
def world(begun):
    return begun


def table(world, name="xa", *, revision=None, actor=None):
    """Return the cells of a table by unit, quarter and category: a count, or what stands instead of it."""
    question = ReleaseQuestion(world.project_id, "cong-khai", YEAR, revision)
    found = released_tables(world.services, actor or world.actor(), question)
    (one,) = (one for one in found.tables if one.release.name == name)
    said = {(cell.unit_id, cell.quarter, cell.category): cell for cell in one.cells}
    return {place: one.state.value if one.count is None else one.count for place, one in said.items()}


def rows(world, **which):
    """Return what the table by commune says of A, B, C and the total."""
    cells = table(world, **which)
    return [cells[unit, 0, ""] for unit in (*map(world.unit, (A, B, C)), 0)]


def refused(kind, code, what, *given, **named):
    with pytest.raises(kind) as error:
        what(*given, **named)
    assert error.value.code == code
    return error.value.params


def test_small_counts_and_one_more_are_hidden_and_the_rest_is_shown(world):
    world.cases(A, 9)
    world.cases(B, 8, quarter=1)
    world.cases(C, 2)
    frozen = freeze_release(world.services, world.order())
    assert (frozen.revision, frozen.tables, frozen.lost) == (1, 2, 0)
    shown = rows(world)
    assert shown[2] == HIDDEN
    assert sorted(map(str, shown)) == sorted([HIDDEN, HIDDEN, "19", str(8 if shown[1] == 8 else 9)])


def test_what_was_not_reported_is_never_nothing_and_what_was_confirmed_is_not_shown_either(world):
    world.cases(A, 9)
    world.no_case(B)
    freeze_release(world.services, world.order())
    assert rows(world)[1:3] == [HIDDEN, NOT_REPORTED]
    quarters = table(world, "quy")
    assert [quarters[0, quarter, ""] for quarter in (1, 2)] == [NOT_REPORTED, NOT_REPORTED]
    assert quarters[0, 3, ""] == HIDDEN


def test_no_hidden_number_is_kept_where_readers_are_served_from(world):
    world.cases(A, 9)
    world.cases(C, 2)
    freeze_release(world.services, world.order())
    with world.services.reading(world.services.operator()) as uow:
        (revision,) = uow.releases.revisions(world.project_id, YEAR)
        kept = [json.loads(one.cells) for one in uow.releases.tables(revision)]
    for one in kept:
        for cell in one["cells"]:
            assert (cell["count"] is None) is (cell["state"] != "shown")
            assert cell["count"] is None or cell["count"] >= 5


def test_a_year_is_frozen_once_and_stays_as_it_was_when_more_cases_come(world):
    world.cases(A, 9)
    world.cases(B, 20)
    freeze_release(world.services, world.order())
    before = rows(world)
    world.cases(A, 30)
    assert rows(world) == before == [9, 20, NOT_REPORTED, 29]
    assert refused(Conflict, "releases.already_frozen", freeze_release, world.services, world.order())


def test_a_revision_stands_beside_the_old_one_and_hides_what_that_hid(world):
    world.cases(A, 9)
    world.cases(B, 20)
    world.cases(C, 3)
    freeze_release(world.services, world.order())
    old = rows(world)
    world.cases(C, 10)
    world.cases(B, 10)
    frozen = revise_release(world.services, world.order(), may_hide_more=False)
    assert (frozen.revision, frozen.lost) == (2, 0)
    new = rows(world)
    assert [one for one, before in zip(new, old, strict=True) if before == HIDDEN] == [HIDDEN] * old.count(HIDDEN)
    assert (new[3], rows(world, revision=1)) == (52, old)
    listed = list_releases(world.services, world.actor())
    assert [(one.plan, one.year, one.revision) for one in listed] == [("cong-khai", YEAR, 1), ("cong-khai", YEAR, 2)]


def test_a_change_too_small_to_show_waits_unless_more_may_be_hidden(world):
    world.cases(A, 9)
    world.cases(B, 20)
    freeze_release(world.services, world.order())
    assert refused(Conflict, "releases.nothing_changed", revise_release, world.services, world.order(), may_hide_more=1)
    world.cases(A, 1)
    lost = refused(Conflict, "releases.hides_more", revise_release, world.services, world.order(), may_hide_more=False)
    assert lost["count"] >= 2
    assert rows(world) == [9, 20, NOT_REPORTED, 29]
    revise_release(world.services, world.order(), may_hide_more=True)
    assert {rows(world)[0], rows(world)[3]} == {HIDDEN}


def test_a_rejected_case_is_not_in_the_next_revision(world):
    world.cases(A, 9)
    taken = world.cases(B, 20)
    freeze_release(world.services, world.order())
    world.decide(Verdict.REJECT, taken[:10])
    revise_release(world.services, world.order(), may_hide_more=False)
    assert rows(world) == [9, 10, NOT_REPORTED, 19]


@pytest.mark.parametrize("beginning", [()], ids=["empty"])
def test_categories_share_their_totals_with_the_other_tables(services):
    world = ReleaseWorld(services, BY_COMMUNE, BY_QUARTER, BY_FORM)
    world.cases(A, 9, form_main="physical")
    world.cases(A, 7, form_main="mental")
    world.cases(B, 6, form_main="physical")
    freeze_release(world.services, world.order())
    plain, split = table(world), table(world, "hinh-thuc")
    for place, said in plain.items():
        assert split[place] == said
    assert split[world.unit(B), 0, "form_main=mental"] == HIDDEN
    assert split[0, 0, "form_main=*"] == HIDDEN
    assert split[world.unit(C), 0, "form_main=mental"] == NOT_REPORTED


@pytest.mark.parametrize("beginning", [()], ids=["empty"])
def test_a_part_of_a_measure_does_not_give_its_rest_away(services):
    world = ReleaseWorld(services, BY_COMMUNE, IN_TIME)
    for commune, count in ((A, 9), (B, 8), (C, 2)):
        world.cases(commune, count)
    freeze_release(world.services, world.order())
    whole, part = rows(world), rows(world, name="kip-thoi")
    for one in (whole, part):
        assert one.count(HIDDEN) >= 2
    assert whole[2] == part[2] == HIDDEN
    assert [one == HIDDEN for one in whole] == [one == HIDDEN for one in part], "all were told, so both are equal"


def test_those_who_may_not_read_figures_read_no_release_and_nobody_reads_what_is_not_there(world):
    world.cases(A, 9)
    freeze_release(world.services, world.order())
    question = ReleaseQuestion(world.project_id, "cong-khai", YEAR)
    for actor, refusal in ((Visitor(), Unauthenticated), (world.actor(Role.ADMINISTRATOR), Forbidden)):
        for read in (
            lambda who: released_tables(world.services, who, question),
            lambda who: list_releases(world.services, who),
        ):
            with pytest.raises(refusal):
                read(actor)
    nowhere = ReleaseQuestion(world.project_id, "cong-khai", YEAR, 7)
    refused(NotFound, "releases.not_frozen", released_tables, world.services, world.actor(), nowhere)


def test_what_cannot_be_frozen_is_refused_by_code(world):
    services = world.services
    refused(InvalidInput, "releases.bad_year", freeze_release, services, world.order(year=2027))
    refused(NotFound, "releases.no_plan", freeze_release, services, world.order(plan="khac"))
    refused(NotFound, "releases.not_frozen", revise_release, services, world.order(), may_hide_more=False)
    world.cases(A, 9)
    freeze_release(services, world.order())
    world.publish(BY_COMMUNE, name="khac")
    refused(Conflict, "releases.other_plan", freeze_release, services, world.order(plan="khac"))


def test_the_tables_that_come_with_the_incident_form_are_published_and_frozen(world):
    book = (FORMS / "incident" / "releases.xlsx").read_bytes()
    plan = publish_plan(world.services, world.project_id, PlanSource("di-kem", book))
    assert plan.is_new
    for commune, count in ((A, 6), (B, 3)):
        world.cases(commune, count)
    assert freeze_release(world.services, world.order("di-kem")).tables == 9


@pytest.mark.parametrize("beginning", [()], ids=["empty"])
def test_a_form_that_would_end_a_release_table_is_refused_by_its_name(services):
    world = ReleaseWorld(services, BY_COMMUNE, BY_FORM)
    folder = FORMS / "incident"
    fewer = b"name,label::vi,combine\ncases,So vu,sum\n"
    xform = (folder / "form.xml").read_bytes().replace(b'version="2026112901"', b'version="2026112402"')
    files = {one.name: one.read_bytes() for one in (folder / "media").iterdir()}
    source = FormSource(xform, SourceKind.XFORM, files, fewer)
    with pytest.raises(FormRefused) as refusal:
        publish_form(services, world.project_id, source, audience=Audience(), is_sensitive=True)
    assert [(one.code, one.params["indicators"]) for one in refusal.value.faults] == [
        ("measure.breaks_plan", "hinh-thuc")
    ]


def test_what_was_silent_and_reports_later_is_taken_into_a_revision(world):
    world.cases(A, 9)
    world.cases(B, 20)
    freeze_release(world.services, world.order())
    assert rows(world) == [9, 20, NOT_REPORTED, 29]
    world.cases(C, 8, quarter=2)
    revise_release(world.services, world.order(), may_hide_more=True)
    assert rows(world) == [9, 20, 8, 37]


def test_what_was_reported_once_never_reads_not_reported_again(world):
    world.cases(A, 9)
    world.cases(B, 20)
    withdrawn = world.cases(C, 3)
    freeze_release(world.services, world.order())
    assert rows(world)[2] == HIDDEN
    world.decide(Verdict.REJECT, withdrawn)
    world.cases(B, 10)
    revise_release(world.services, world.order(), may_hide_more=True)
    assert rows(world)[2] == HIDDEN
