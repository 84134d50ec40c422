"""The last standing word counts, whoever said it, and wherever a record began to speak."""

import pytest

from server.registers.statements import Said, ToldVersion, last_said, statements
from server.registers.versions import LABEL, Action

NAMES = ("size", "note")


def version(action: str, record: int | None, label: str | None = None, **changed: str) -> ToldVersion:
    names = frozenset(changed) | ({LABEL} if label else frozenset())
    return ToldVersion(Action(action), record, names, Said(label or "as it was", changed))


CREATED = version("create", 1, "Hộ", size="4")
PAST = (CREATED, version("update", 2, size="5"), version("update", 3, "Hộ mới", note="xa"))
SAID = {1: Said("Hộ", {"size": "4"}), 2: Said(None, {"size": "5"}), 3: Said("Hộ mới", {"note": "xa", "size": "5"})}


@pytest.mark.parametrize(
    ("standing", "size", "note", "label"),
    [
        ({1, 2, 3}, "5", "xa", "Hộ mới"),
        ({1, 3}, "5", "xa", "Hộ mới"),
        ({1, 2}, "5", "", "Hộ"),
        ({1}, "4", "", "Hộ"),
        ({2}, "5", "", None),
        (set(), "", "", None),
    ],
)
def test_of_records_that_stand_the_last_word_counts(standing, size, note, label):
    records = {one: SAID[one] if one in standing else None for one in SAID}
    assert last_said(statements(PAST, records), (*NAMES, LABEL)) == Said(label, {"size": size, "note": note})


def test_a_record_speaks_in_its_newest_words_where_it_first_spoke():
    past = (*PAST, version("correct", 2, size="7"), version("import", None, size="9"))
    records = SAID | {2: Said(None, {"size": "7", "note": "gần"})}
    assert last_said(statements(past, records), NAMES).values == {"size": "9", "note": "xa"}
    assert last_said(statements(past[:-1], records), NAMES).values == {"size": "7", "note": "xa"}


def test_what_was_taken_back_and_done_again_says_nothing_anew():
    past = (*PAST, version("withdraw", 2, size="4"), version("update", 4, size="6"), version("undo", 2, size="5"))
    records = SAID | {4: Said(None, {"size": "6"})}
    assert last_said(statements(past, records), ("size",)).values == {"size": "6"}


def test_an_undone_batch_says_what_it_put_back():
    past = (*PAST, version("import", None, size="9"), version("undo", None, size="5"))
    assert last_said(statements(past, SAID), ("size",)).values == {"size": "5"}


def test_a_record_about_an_entity_that_became_this_one_says_what_it_changed():
    past = (*PAST, version("update", 8, note="nhà mới"))
    assert last_said(statements(past, SAID), ("note",)).values == {"note": "nhà mới"}


def test_a_name_made_up_for_a_household_stays_its_label():
    past = (version("create", 1, "419ef5a8", size="4"),)
    assert last_said(statements(past, {1: Said(None, {"size": "4"})}), (LABEL,)).label == "419ef5a8"
