"""Whose sheets are typed in: in a province a commune is chosen first, in a commune its people stand at once."""

from __future__ import annotations

from console_world import DAK_HA, PROVINCE, TU_MO_RONG
from test_enter_paper import officer

from server.operations.paper_writers import list_writers


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
