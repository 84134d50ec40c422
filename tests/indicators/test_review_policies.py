"""How records of a form are approved: read from a plan's sheet, and by lot which of them wait for a person."""

import pytest

from server.forms.sheets import Row, Sheet
from server.indicators.review_policies import Policy, ReviewPolicy, is_held_back, policy_faults, read_policies

COLUMNS = ("form", "policy", "days", "held_back", "source")


def read(*rows):
    cells = [{name: text for name, text in zip(COLUMNS, row, strict=False) if text} for row in rows]
    return read_policies(Sheet("review_policy", COLUMNS, tuple(Row(at, one) for at, one in enumerate(cells, 2))))


def faults(*rows):
    return [(one.code, one.row, one.column) for one in read(*rows).faults]


def test_a_rule_has_its_days_and_share_or_the_usual_ones_and_by_hand_has_neither():
    found = read(
        ("survey", "clean_after_days", "10", "20 %", "Kế hoạch (mẫu)"),
        ("training", "clean_after_days"),
        ("register", "by_hand", "3", "4"),
    )
    assert found.faults == ()
    assert found.policies == (
        ReviewPolicy("survey", Policy.CLEAN_AFTER_DAYS, 10, 20, "Kế hoạch (mẫu)", 2),
        ReviewPolicy("training", Policy.CLEAN_AFTER_DAYS, 7, 5, "", 3),
        ReviewPolicy("register", Policy.BY_HAND, 0, 0, "", 4),
    )


def test_every_fault_is_told_with_its_row_and_column():
    assert faults(("", "never"), ("a", "clean_after_days", "0", "101"), ("b", "clean_after_days", "61", "ít")) == [
        ("plan.empty_cell", 2, "form"),
        ("plan.unknown_word", 2, "policy"),
        ("plan.bad_wait", 3, "days"),
        ("plan.bad_share", 3, "held_back"),
        ("plan.bad_wait", 4, "days"),
        ("plan.bad_share", 4, "held_back"),
    ]
    assert faults(("a", "by_hand"), ("a", "clean_after_days")) == [("plan.repeated_policy", 3, "form")]
    assert read_policies(Sheet("review_policy", ("form",), (Row(2, {"form": "a"}),))).faults[0].code == "plan.no_column"


def test_a_sensitive_form_and_one_that_is_not_there_have_no_rule():
    rules = read(("phieu_b", "clean_after_days"), ("missing", "clean_after_days"), ("survey", "clean_after_days"))
    found = policy_faults(rules.policies, {"phieu_b", "survey"}, {"phieu_b"})
    assert [(one.code, one.row, one.column, one.params["given"]) for one in found] == [
        ("plan.policy_sensitive", 2, "form", "phieu_b"),
        ("plan.policy_unknown_form", 3, "form", "missing"),
    ]
    by_hand = read(("phieu_b", "by_hand"), ("missing", "by_hand")).policies
    assert list(policy_faults(by_hand, set(), {"phieu_b"})) == []


@pytest.mark.parametrize("share", [1, 5, 50, 100])
def test_the_lot_falls_alike_each_time_and_on_about_the_share_of_records(share):
    records = [f"1:uuid:{number:08}" for number in range(4000)]
    held = [one for one in records if is_held_back(one, "secret", share)]
    assert held == [one for one in records if is_held_back(one, "secret", share)]
    assert abs(len(held) - 40 * share) <= 8 * (40 * share) ** 0.5
    smaller = {one for one in records if is_held_back(one, "secret", max(1, share // 2))}
    assert smaller <= set(held), "a smaller share holds back fewer of the same"


def test_who_does_not_know_the_secret_does_not_know_the_lot():
    records = [f"1:uuid:{number:08}" for number in range(2000)]
    drawn = [[is_held_back(one, secret, 50) for one in records] for secret in ("one", "other")]
    agreeing = sum(one == other for one, other in zip(*drawn, strict=True))
    assert 850 < agreeing < 1150
