"""Whose sheets are typed in: in a province a commune is chosen first, in a commune its people stand at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG
from test_enter_paper import REFUSED, WHERE, officer, survey_of

from server.errors import NotFound
from server.operations.browse_submissions import Question
from server.operations.enter_paper import SheetFacts, keep_paper, list_paper_forms, start_paper
from server.operations.paper_writers import list_writers
from server.operations.read_record import read_record
from server.operations.record_sheet import Step
from server.operations.sights import Desk


def unit(world, code):
    return world.services.atlas.current().territory.resolve(code, world.services.today()).unit_id


def names(found):
    return [one.name for one in found.people]


def test_of_several_communes_one_is_chosen_before_its_people_are_named(world):
    province = officer(world, PROVINCE)
    found = list_writers(world.services, province, unit_id=None, writer_id=None)
    assert found.is_to_be_opened
    assert names(found) == []
    assert {DAK_HA, TU_MO_RONG} <= {one.code for one in found.communes}
    opened = list_writers(world.services, province, unit_id=unit(world, TU_MO_RONG), writer_id=None)
    assert (opened.opened.code, names(opened)) == (TU_MO_RONG, ["A Mẫu"])
    again = list_writers(world.services, province, unit_id=None, writer_id=opened.people[0].collaborator_id)
    assert (again.opened, again.people) == (opened.opened, opened.people)


def test_in_a_commune_its_people_stand_at_once_and_no_others_are_to_be_had(world):
    here, there = officer(world), unit(world, TU_MO_RONG)
    for asked in (None, there, unit(world, PROVINCE)):
        found = list_writers(world.services, here, unit_id=asked, writer_id=None)
        assert (found.is_to_be_opened, names(found)) == (False, ["Y Mẫu", "Y Tập"])


def test_who_is_posted_above_a_commune_works_in_it_for_those_who_see_as_far(world):
    with world.services.engine.begin() as connection:
        above = unit(world, PROVINCE)
        person = "(SELECT id FROM collaborator WHERE name = 'A Mẫu')"
        connection.exec_driver_sql(f"UPDATE collaborator_post SET unit_id = {above} WHERE collaborator_id = {person}")
    dak_ha = unit(world, DAK_HA)
    assert "A Mẫu" in names(list_writers(world.services, officer(world, PROVINCE), unit_id=dak_ha, writer_id=None))
    assert "A Mẫu" not in names(list_writers(world.services, officer(world), unit_id=dak_ha, writer_id=None))


def leaves(world, name, last_day, *, is_revoked=False):
    with world.services.engine.begin() as connection:
        mine = f"(SELECT id FROM collaborator WHERE name = '{name}')"
        connection.exec_driver_sql(
            f"UPDATE collaborator_post SET valid_to = '{last_day}' WHERE collaborator_id = {mine}"
        )
        if is_revoked:
            connection.exec_driver_sql(f"UPDATE collaborator SET revoked_at = '{last_day} 00:00:00' WHERE id = {mine}")


def test_what_somebody_wrote_who_has_left_is_typed_in_as_hers_for_a_year(world):
    here, today = officer(world), world.services.today()
    writer = next(one for one in list_writers(world.services, here, unit_id=None, writer_id=None).people)
    leaves(world, writer.name, today - timedelta(days=40), is_revoked=True)
    found = list_writers(world.services, here, unit_id=None, writer_id=writer.collaborator_id)
    assert [(one.name, one.has_left) for one in found.people] == [("Y Tập", False), ("Y Mẫu", True)]
    form = survey_of(world, here, writer.collaborator_id)
    entry = start_paper(world.services, here, writer.collaborator_id, form_version_id=form, like=None)
    typed = {path: [text] for path, text in (WHERE | REFUSED).items()}
    facts = SheetFacts("9", today - timedelta(days=45))
    kept = keep_paper(world.services, here, entry.draft, step=Step(typed), facts=facts)
    view = read_record(world.services, here, kept.submission_id, question=Question(desk=Desk.EVERYDAY), version_id=None)
    assert (view.shown.collaborator_name, view.findings) == ("Y Mẫu", ())
    elsewhere = officer(world, TU_MO_RONG)
    with pytest.raises(NotFound, match=r"access\.not_found"):
        list_paper_forms(world.services, elsewhere, writer.collaborator_id)
    leaves(world, writer.name, today - timedelta(days=400))
    assert names(list_writers(world.services, here, unit_id=None, writer_id=None)) == ["Y Tập"]
    with pytest.raises(NotFound, match=r"access\.not_found"):
        list_paper_forms(world.services, here, writer.collaborator_id)
