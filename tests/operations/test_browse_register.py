"""The lists of a register: one's own territory, narrowed, searched without accents, page by page, in few statements."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, load_sample_units
from sqlalchemy import event

from server.access.roles import Role
from server.errors import NotFound
from server.operations import browse_register as browsing
from server.operations.add_project import add_practice, add_project
from server.operations.browse_register import RegisterQuestion, Show, browse_register
from server.operations.sights import Desk
from tests.register_world import HA_1, HA_3, HA_10, TU_1, officer, put

OLD_DISTRICT = "615@2025-06-30"
HOUSEHOLDS = RegisterQuestion("households")


def made_register(services):
    """A register of a few households in two communes, by house number."""
    load_sample_units(services)
    project_id = add_project(services, "Gia đình (mẫu)").project_id
    practice_id = add_practice(services, project_id).project_id
    put(services, project_id, village=HA_1, house_no="1", head_name="A Tik", spouse_name="Y Bét")
    put(services, project_id, village=HA_1, house_no="37", head_name="A Đượm", last_survey_year="2026")
    put(services, project_id, village=HA_3, house_no="2", head_name="Y Krông", visit_result="moved")
    put(services, project_id, village=HA_10, house_no="3", head_name="Nguyễn Thị Huệ", status="moved_out")
    put(services, project_id, village=TU_1, house_no="37", head_name="A Tiên", last_survey_year="2025")
    put(services, practice_id, village=HA_1, house_no="99", head_name="A Tập")
    put(services, project_id, "trusted_addresses", label="Nhà bà Mẫu", village=HA_1)
    put(services, project_id, "staff", label="Cán bộ xã (mẫu)", commune=DAK_HA)
    put(services, project_id, "staff", label="Cán bộ tỉnh (mẫu)", commune=PROVINCE)
    return services


@pytest.fixture
def beginning():
    return made_register


@pytest.fixture
def register(begun):
    return begun


def labels(services, account, **asked):
    question = RegisterQuestion(**{"list_name": "households", **asked})
    page = browse_register(services, account, question, after=None)
    assert page.total == len(page.entities)
    return [one.line.label.removesuffix(" (mẫu)") for one in page.entities]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ((DAK_HA,), ["Y Krông – hộ 2", "A Đượm – hộ 37", "A Tik – hộ 1"]),
        ((HA_1,), ["A Đượm – hộ 37", "A Tik – hộ 1"]),
        ((TU_MO_RONG,), ["A Tiên – hộ 37"]),
        ((), []),
    ],
)
def test_a_list_holds_the_households_of_the_posts_by_village_and_name(register, units, expected):
    found = labels(register, officer(register, *units))
    assert sorted(found) == sorted(expected)
    if units == (HA_1,):
        assert found == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tik", ["A Tik – hộ 1"]),
        ("ti", ["A Tik – hộ 1"]),
        ("ik", []),
        ("Y BÉT", ["A Tik – hộ 1"]),
        ("duom ho 37", ["A Đượm – hộ 37"]),
        ("37", ["A Đượm – hộ 37"]),
        ("3", ["A Đượm – hộ 37"]),
        ("a", ["A Đượm – hộ 37", "A Tik – hộ 1"]),
        ("nguyen thi hue", []),
        ("%", ["A Đượm – hộ 37", "A Tik – hộ 1", "Y Krông – hộ 2"]),
        ("tien", []),
        ("tap", []),
    ],
)
def test_households_are_found_by_the_beginnings_of_words_without_accents(register, words, expected):
    assert sorted(labels(register, officer(register, DAK_HA), words=words)) == sorted(expected)


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        (Show.UNSURVEYED, ["A Tik – hộ 1", "Y Krông – hộ 2"]),
        (Show.LEAVING, ["Y Krông – hộ 2"]),
        (Show.CONFLICT, []),
        (Show.MOVED_OUT, ["Nguyễn Thị Huệ – hộ 3"]),
        (Show.GONE, []),
        (Show.ALL, ["A Tik – hộ 1", "A Đượm – hộ 37", "Nguyễn Thị Huệ – hộ 3", "Y Krông – hộ 2"]),
    ],
)
def test_a_list_is_narrowed_to_what_stands_so_and_says_what_is_to_do(register, show, expected):
    account = officer(register, DAK_HA)
    assert sorted(labels(register, account, show=show)) == sorted(expected)
    page = browse_register(register, account, HOUSEHOLDS, after=None)
    assert page.to_do == {Show.UNSURVEYED: 2, Show.LEAVING: 1, Show.CONFLICT: 0}


def test_one_village_is_asked_for_only_within_ones_territory(register):
    territory, today = register.atlas.current().territory, register.today()
    mine, other, commune = (territory.resolve(one, today).unit_id for one in (HA_3, TU_1, DAK_HA))
    account = officer(register, DAK_HA)
    assert labels(register, account, unit_id=mine) == ["Y Krông – hộ 2"]
    assert labels(register, account, unit_id=other) == []
    assert labels(register, officer(register, HA_1), unit_id=commune) == []
    page = browse_register(register, account, HOUSEHOLDS, after=None)
    assert [one.code for one in page.communes] == [DAK_HA]
    assert {HA_1, HA_3, HA_10} <= {one.code for one in page.villages}


def test_practice_households_are_apart(register):
    assert labels(register, officer(register, DAK_HA), is_practice=True) == ["A Tập – hộ 99"]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ((DAK_HA,), ["Cán bộ tỉnh", "Cán bộ xã"]),
        ((PROVINCE,), ["Cán bộ tỉnh", "Cán bộ xã"]),
        ((TU_MO_RONG,), ["Cán bộ tỉnh"]),
        ((OLD_DISTRICT,), ["Cán bộ tỉnh"]),
        ((OLD_DISTRICT, DAK_HA), ["Cán bộ tỉnh", "Cán bộ xã"]),
        ((HA_1,), None),
        ((), None),
    ],
)
def test_staff_is_listed_to_posts_at_a_commune_and_above(register, units, expected):
    account = officer(register, *units)
    if expected is None:
        with pytest.raises(NotFound):
            labels(register, account, list_name="staff")
        return
    assert sorted(labels(register, account, list_name="staff")) == expected
    assert labels(register, account, show=Show.ALL, words="can bo") == []


def test_trusted_addresses_are_listed_at_the_incident_desk_alone(register):
    there = {"list_name": "trusted_addresses", "desk": Desk.INCIDENTS}
    incident = officer(register, DAK_HA, role=Role.INCIDENT_OFFICER, elevated=True)
    assert labels(register, incident, **there) == ["Nhà bà Mẫu"]
    assert labels(register, officer(register, TU_MO_RONG, role=Role.INCIDENT_OFFICER, elevated=True), **there) == []
    assert labels(register, officer(register, DAK_HA, role=Role.INCIDENT_OFFICER), **there) == []
    assert labels(register, officer(register, DAK_HA), **there) == []
    for account in (incident, officer(register, PROVINCE)):
        with pytest.raises(NotFound):
            labels(register, account, list_name="trusted_addresses")
        with pytest.raises(NotFound):
            labels(register, account, list_name="households", desk=Desk.INCIDENTS)
    assert labels(register, officer(register, PROVINCE), words="ba", show=Show.ALL) == []


def test_a_list_nobody_keeps_is_not_found(register):
    with pytest.raises(NotFound):
        labels(register, officer(register, PROVINCE), list_name="neighbours")


@pytest.mark.parametrize("beginning", [load_sample_units], ids=["units"])
@pytest.mark.parametrize("bound", [1000, 20])
@pytest.mark.parametrize("words", ["", "mau"])
def test_pages_go_on_where_the_last_ended_however_many_there_are(services, monkeypatch, bound, words):
    """With a low bound the list is read a few villages at a time, as that of a province is."""
    monkeypatch.setattr(browsing, "PAGE_SIZE", 7)
    monkeypatch.setattr(browsing, "COUNTED_AT_MOST", bound)
    monkeypatch.setattr("server.storage.repositories.register.MOST_HITS", bound)
    project_id = add_project(services, "Gia đình (mẫu)").project_id
    for number in range(45):
        village = (HA_1, HA_3, HA_10, TU_1, "23470-01")[number % 5]
        put(services, project_id, village=village, house_no=str(number), head_name=f"A Mẫu {number % 3}")
    account, seen, after = officer(services, PROVINCE), [], None
    for _ in range(20):
        page = browse_register(services, account, RegisterQuestion("households", words=words), after=after)
        seen += [(one.place[0], one.line.key) for one in page.entities]
        if (after := page.following) is None:
            break
    assert page.total == min(45, bound + 1)
    assert len(seen) == len(set(seen)) == 45
    villages = list(dict.fromkeys(village for village, _ in seen))
    assert [village for village, _ in seen] == [one for one in villages for _ in range(9)]


def test_a_list_costs_few_statements_however_many_entities_there_are(register, monkeypatch):
    monkeypatch.setattr(browsing, "COUNTED_AT_MOST", 1)
    account, statements = officer(register, PROVINCE), []
    event.listen(
        register.engine, "before_cursor_execute", lambda _c, _k, statement, *_rest: statements.append(statement)
    )
    for question in (HOUSEHOLDS, RegisterQuestion("households", words="a ho 37", show=Show.ALL)):
        statements.clear()
        browse_register(register, account, question, after=None)
        assert len([one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]) <= 10
