"""Files of records: what the list shows and no more, with the form's own words, its repeats, and who took it."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, example, make_account, publish, send

from server.access.actors import Account, Post
from server.access.deeds import DeedKind
from server.access.roles import Role
from server.errors import InvalidInput, NotFound
from server.operations import export_records as exporting
from server.operations.browse_submissions import Question
from server.operations.export_records import Speech, export_records
from server.operations.sights import Desk
from server.storage.repositories.deeds import DeedFilters

WORDS, CODES = Speech("vi", is_coded=False), Speech("vi", is_coded=True)


@pytest.fixture
def officer(world):
    return officer_of(world, DAK_HA)


def officer_of(world, unit):
    account_id = make_account(world.services, f"xa.{unit}", (Role.SUPERVISOR, unit))
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    return Account(account_id, f"xa.{unit}", (Post(Role.SUPERVISOR, unit_id, None, None),), elevated=True)


def form_key(world, form_id="household_conduct_survey"):
    with world.services.reading(world.services.operator()) as uow:
        return uow.forms.form(world.project_id, form_id)[0]


def taken(world, account, speech=WORDS, **narrowed):
    export = export_records(world.services, account, Question(Desk.EVERYDAY, **narrowed), speech, file_kind="csv")
    return export, {one.listed.line.submission_id: one for one in export.records}


def test_a_file_holds_the_records_of_the_list_with_answers_in_the_forms_words_or_codes(world, officer, monkeypatch):
    monkeypatch.setattr(exporting, "RECORDS_A_STEP", 2)
    number = world.records
    export, found = taken(world, officer, form_key=form_key(world))
    assert list(found) == [number["41"], number["5"], number["37"]]
    (table,) = export.tables
    answers = dict(zip(table.columns, found[number["37"]].values, strict=True))
    assert answers["/data/answers/about/respondent"] == "Vợ"
    assert answers["/data/where/village"] == "Thôn 1 (mẫu)"
    assert answers["/data/who/household"].startswith("A Tik")
    assert table.headings[table.columns.index("/data/answers/about/respondent")] == "Ai là người trả lời?"
    coded, found = taken(world, officer, CODES, form_key=form_key(world), words="tik", is_flagged=False)
    assert list(found) == [number["37"]]
    answers = dict(zip(coded.tables[0].headings, found[number["37"]].values, strict=True))
    assert (answers["answers/about/respondent"], answers["where/village"]) == ("wife", "23500-01")


def test_each_repeat_is_a_table_whose_rows_name_what_they_stand_in(world, officer):
    publish(world.services, world.project_id, "commune_register")
    sent = send(world, "Y Mẫu", example("commune_register", "active_model", 700))
    export, found = taken(world, officer, form_key=form_key(world, "commune_register"))
    assert len(export.tables) > 1
    rows = found[sent.submission_id].repeats
    assert rows
    for row in rows:
        assert row.parent == str(sent.submission_id)
        assert row.key.startswith(f"{row.parent}/{export.tables[row.table].name}[")
        assert any(row.values)
        assert len(row.values) == len(export.tables[row.table].headings)


def test_of_all_forms_there_are_the_common_columns_alone_and_no_incident(world):
    export, found = taken(world, officer_of(world, PROVINCE))
    assert [table.columns for table in export.tables] == [()]
    assert set(found) == {world.records[one] for one in ("37", "5", "41", "55")}
    with pytest.raises(NotFound):
        export_records(world.services, officer_of(world, DAK_HA), Question(Desk.INCIDENTS), WORDS, file_kind="csv")


def test_who_took_what_is_kept_without_what_was_searched_for_and_too_much_is_refused(world, officer, monkeypatch):
    taken(world, officer, words="tik", form_key=form_key(world))
    with world.services.reading(world.services.operator()) as uow:
        (deed,) = uow.deeds.page(
            DeedFilters(is_sensitive=False, kinds=frozenset({DeedKind.RECORDS_DOWNLOADED})), after=None, size=9
        )
    assert (deed.account_id, deed.params["records"], deed.params["is_searched"]) == (officer.account_id, 2, True)
    assert "tik" not in str(deed.params)
    monkeypatch.setattr(exporting, "MOST_RECORDS", 2)
    with pytest.raises(InvalidInput, match=r"records\.too_many_to_download"):
        taken(world, officer)
