"""A record makes and changes entities once per version, in whatever order phones send, and nothing is dropped."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.operations.rebuild import rebuild
from server.operations.release_changes import force_waiting
from server.operations.run_jobs import run_round
from server.registers.changes import LONGEST_VALUE
from tests.builders import new_id
from tests.register_field import (
    NEIGHBOUR,
    colleague,
    created,
    entity_id,
    household,
    list_hash,
    on_phone,
    register_field,
    remarks,
    stored,
    stored_or_none,
    versions,
)
from tests.web.console.test_statement_counts import counted

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def test_a_record_makes_a_household_and_its_sender_gets_it(field, services):
    one = entity_id()
    field.send(created(one))
    row = on_phone(field)[one]
    assert (row["label"], row["__version"]) == ("A Tik (mẫu)", "1")
    assert stored(services, one).label_folded == "a tik (mau)"
    (version,) = versions(services, one)
    assert (version.action, version.conflict) == ("create", "none")
    assert version.submission_version_id is not None


def test_a_name_of_megabytes_does_not_travel_to_every_phone(field, services):
    """A phone cannot open a list with a row of two megabytes: none in the village could fill in a form any more."""
    one = entity_id()
    field.send(created(one, head_name="Nguyễn " * 300_000))
    assert sum(map(len, on_phone(field)[one].values())) < 1_000
    kept = stored(services, one).properties["head_name"]
    assert kept.startswith("Nguyễn Nguyễn")
    assert len(kept) == LONGEST_VALUE


def test_the_same_bytes_again_change_nothing(field, services):
    one = entity_id()
    xml = created(one)
    field.send(xml)
    before = list_hash(field)
    field.send(xml)
    assert len(versions(services, one)) == 1
    assert list_hash(field) == before


def test_an_update_keeps_what_it_does_not_send_and_empties_what_it_sends_empty(field, services):
    one = entity_id()
    field.send(created(one, last_survey_year="2025"))
    field.send(household(one, update=True, base=1, trunk=1, head_name="", size="5"))
    assert stored(services, one).properties == {
        "village": "23500-01",
        "head_name": "",
        "size": "5",
        "last_survey_year": "2025",
    }


def test_a_chain_of_offline_updates_ends_the_same_in_every_order(field, services):
    for order in itertools.permutations(range(4)):
        one, branch = entity_id(), entity_id()
        chain = [
            created(one),
            household(one, update=True, base=1, branch=branch, size="5"),
            household(one, update=True, base=2, branch=branch, size="6", head_name="A Tik"),
            household(one, update=True, base=3, branch=branch, size="7"),
        ]
        for place in order:
            field.send(chain[place])
            field.send(chain[place])
        assert stored(services, one).properties["size"] == "7"
        assert stored(services, one).version == 4
        assert stored(services, one).conflict == "none"


def test_what_two_phones_changed_at_once_is_both_kept_and_the_conflict_told(field, services):
    one, other = entity_id(), colleague(field)
    field.send(created(one))
    field.send(household(one, update=True, base=1, trunk=1, size="5", label="A Tik (mẫu)"))
    other.send(household(one, update=True, base=1, trunk=1, head_name="Y Bét", label="A Tik (mẫu)"))
    other.send(household(one, update=True, base=1, trunk=1, size="9", label="A Tik (mẫu)"))
    assert [version.conflict for version in versions(services, one)] == ["none", "none", "soft", "hard"]
    assert stored(services, one).conflict == "hard"
    assert stored(services, one).properties["size"] == "9"


def test_an_update_of_an_unknown_household_waits_and_is_forced_after_five_days(field, services, clock):
    one = entity_id()
    field.send(household(one, update=True, base=3, trunk=3, size="5", village="23500-01"))
    assert on_phone(field) == {}
    assert remarks(services) == ["entity.unknown"]
    clock.advance(days=4)
    assert force_waiting(services) == 0
    clock.advance(days=2)
    assert force_waiting(services) == 1
    assert on_phone(field)[one]["label"]
    assert stored(services, one).properties["size"] == "5"
    assert force_waiting(services) == 0


def test_what_waits_costs_neither_a_later_arrival_nor_what_is_forced_more(field, services, clock):
    """A phone can send as many links as it likes whose first one never comes."""

    def statements(do) -> int:
        with counted(services.engine) as said:
            do()
        return len(said)

    one = entity_id()
    field.send(created(one))
    costs = []
    for more, size in ((1, "4"), (1, "5"), (8, "6")):
        for _ in range(more):
            field.send(household(one, update=True, base=3, trunk=1, branch=entity_id(), size="9"))
        costs.append(statements(lambda size=size: field.send(household(one, update=True, base=1, trunk=1, size=size))))
    assert costs[1] == costs[2]
    assert [stored(services, one).version, stored(services, one).has_waiting] == [4, True]
    clock.advance(days=6)
    forced = statements(lambda: force_waiting(services))
    assert stored(services, one).version == 14
    assert forced < 10 * costs[2]


def test_creating_a_household_that_is_there_changes_it_and_tells(field, services):
    one = entity_id()
    field.send(created(one))
    field.send(created(one, head_name="A Blưn"))
    assert remarks(services) == ["entity.exists"]
    assert stored(services, one).properties["head_name"] == "A Blưn"
    assert stored(services, one).conflict == "hard"


def test_a_blank_label_is_filled_and_told(field, services):
    one = entity_id()
    field.send(household(one, create=True, label="", village="23500-01"))
    assert remarks(services) == ["entity.blank_label"]
    assert on_phone(field)[one]["label"] == one[:8]


def test_an_id_that_is_no_random_uuid_flags_the_record_and_makes_nothing(field, services):
    field.send(created("ho-37"))
    assert on_phone(field) == {}
    assert remarks(services) == ["entity.bad_id"]


def test_an_edit_corrects_the_household_its_record_made(field, services):
    one, first = entity_id(), new_id()
    field.send(created(one, instance_id=first))
    field.send(created(one, instance_id=new_id(), deprecated_id=first, size="5"))
    assert on_phone(field)[one]["label"] == "A Tik (mẫu)"
    assert stored(services, one).properties["size"] == "5"
    assert [version.action for version in versions(services, one)] == ["create", "correct"]
    assert stored(services, one).conflict == "none"


def test_an_edit_changes_only_what_it_says_otherwise(field, services):
    one, first = entity_id(), new_id()
    field.send(created(one, instance_id=first))
    field.send(household(one, update=True, base=1, trunk=1, size="8", label="A Tik (mẫu)"))
    field.send(created(one, instance_id=new_id(), deprecated_id=first, head_name="A Tíc"))
    assert stored(services, one).properties["size"] == "8"
    assert stored(services, one).properties["head_name"] == "A Tíc"
    assert stored(services, one).conflict == "soft"


def test_an_edit_that_names_another_household_takes_back_what_it_did_to_the_first(field, services):
    first, second, instance_id = entity_id(), entity_id(), new_id()
    for one in (first, second):
        field.send(created(one, last_survey_year="2025"))
    survey = {"base": 1, "trunk": 1, "last_survey_year": "2026", "label": "A Tik (mẫu)"}
    field.send(household(first, update=True, instance_id=instance_id, **survey))
    assert stored(services, first).properties["last_survey_year"] == "2026"
    field.send(household(second, update=True, instance_id=new_id(), deprecated_id=instance_id, **survey))
    assert stored(services, first).properties["last_survey_year"] == "2025"
    assert stored(services, second).properties["last_survey_year"] == "2026"
    assert versions(services, first)[-1].action == "withdraw"


def test_an_edit_that_names_another_new_household_takes_the_first_off_the_list(field):
    first, second, instance_id = entity_id(), entity_id(), new_id()
    field.send(created(first, instance_id=instance_id))
    field.send(created(second, instance_id=new_id(), deprecated_id=instance_id))
    assert set(on_phone(field)) == {second}


def test_a_second_survey_of_a_year_is_told_to_both_senders(field, services):
    one, other = entity_id(), colleague(field)
    field.send(created(one))
    for sender in (field, other):
        sender.send(household(one, update=True, base=1, trunk=1, last_survey_year="2026", label="A Tik (mẫu)"))
    assert remarks(services).count("entity.surveyed_twice") == 2


def test_a_household_moves_between_phones_with_its_village(field, services):
    one, neighbour = entity_id(), colleague(field, unit=NEIGHBOUR)
    field.send(created(one))
    hashes = list_hash(field), list_hash(neighbour)
    field.send(household(one, update=True, base=1, trunk=1, village=NEIGHBOUR, label="A Tik (mẫu)"))
    assert (set(on_phone(field)), set(on_phone(neighbour))) == (set(), {one})
    assert hashes[0] != list_hash(field)
    assert hashes[1] != list_hash(neighbour)
    field.send(household(one, update=True, base=2, trunk=2, size="3", label="A Tik (mẫu)"))
    assert remarks(services) == ["entity.out_of_territory"]
    assert stored(services, one).properties["size"] == "3"


def test_a_household_that_ended_leaves_the_list(field):
    one = entity_id()
    field.send(created(one))
    field.send(household(one, update=True, base=1, trunk=1, status="gone"))
    assert on_phone(field) == {}


def test_a_record_is_kept_whatever_becomes_of_registers_and_a_job_does_it_later(field, services):
    one = entity_id()
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE entity_effect RENAME TO entity_effect_away")
    receipt = field.send(created(one))
    assert stored_or_none(services, one) is None
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE entity_effect_away RENAME TO entity_effect")
    assert receipt.version_id
    # What it makes is then compared with the other households.
    assert run_round(services).done == 2
    assert set(on_phone(field)) == {one}
    assert run_round(services).done == 0


def test_a_rebuild_hands_on_what_registers_missed_and_nothing_twice(field, services):
    one, other = entity_id(), entity_id()
    field.send(created(one))
    field.send(created(other))
    with services.engine.begin() as connection:
        for statement in (
            "DELETE FROM entity_effect WHERE entity_key IN (SELECT id FROM entity WHERE entity_id = '{}')",
            "DELETE FROM entity_version WHERE entity_key IN (SELECT id FROM entity WHERE entity_id = '{}')",
            "DELETE FROM entity WHERE entity_id = '{}'",
        ):
            connection.exec_driver_sql(statement.format(other))
    rebuild(services, lambda *_, **__: None)
    assert set(on_phone(field)) == {one, other}
    assert [len(versions(services, each)) for each in (one, other)] == [1, 1]


def test_two_phones_that_name_one_household_at_once_make_two_versions(field, services):
    one = entity_id()
    field.send(created(one))
    updates = [
        household(one, update=True, base=1, trunk=1, size=str(size), label="A Tik (mẫu)") for size in range(10, 18)
    ]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(field.send, updates))
    found = versions(services, one)
    assert [version.version for version in found] == list(range(1, 10))
    assert {version.properties["size"] for version in found[1:]} == {str(size) for size in range(10, 18)}


def test_eight_phones_that_create_one_household_at_once_make_one(field, services):
    one = entity_id()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(field.send, [created(one) for _ in range(8)]))
    assert next(version.action for version in versions(services, one)) == "create"
    assert remarks(services) == ["entity.exists"] * 7
    assert set(on_phone(field)) == {one}
