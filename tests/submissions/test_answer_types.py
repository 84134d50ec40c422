"""Texts of each type, and what Collect writes for a computed value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.forms.definition import Datatype
from server.forms.logic.values import NAN, Scalar
from server.submissions.answer_types import held_value, is_in_range, is_of_type, is_same_answer, stored_text

HANOI = timezone(timedelta(hours=7))
MIDNIGHT = datetime(2024, 5, 1, tzinfo=HANOI)
MORNING = datetime(2024, 5, 1, 8, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("datatype", "right", "wrong"),
    [
        (Datatype.STRING, ["a", " ", "1"], []),
        (Datatype.INTEGER, ["0", "-5", "+7", "2147483647", " 12 "],
         ["1.0", "a", "1e3", "2147483648", "-2147483649", "١"]),
        (Datatype.DECIMAL, ["1", "-0.5", ".5", "5.", "1.0E7", "1e-4"],
         ["1,5", "NaN", "Infinity", "1_0", "0x1", "1e999"]),
        (Datatype.BOOLEAN, ["1", "0", "true", "false"], ["yes", "TRUE", "2"]),
        (Datatype.DATE, ["2024-02-29", "2024-5-1"], ["2023-02-29", "2024-13-01", "01/05/2024", "2024-05-01T10:00:00Z"]),
        (Datatype.DATETIME, ["2024-05-01T08:30:15.250+07:00", "2024-05-01T08:30:00Z", "2024-05-01"],
         ["2024-05-01T25:00:00Z", "2024-05-01 08:30", "8:30"]),
        (Datatype.TIME, ["08:30:00.000+07:00", "8:30", "23:59:59Z"], ["24:00", "8h30", "2024-05-01"]),
        (Datatype.GEOPOINT, ["14.35 108.0", "14.35 108.0 500.0 5.0", "-90 180 0 0"],
         ["14.35", "91 0", "0 181", "a b", "1 2 3 4 5"]),
        (Datatype.GEOTRACE, ["1 1 0 0; 2 2 0 0", "1 1; 2 2;"], ["1 1 0 0", "1 1; x"]),
        (Datatype.GEOSHAPE, ["1 1; 2 2; 1 2; 1 1"], ["1 1; 2 2"]),
        (Datatype.BARCODE, ["đ\n1"], []),
        (Datatype.BINARY, ["a b.jpg"], []),
    ],
)  # fmt: skip
def test_text_is_of_its_type_or_not(datatype: Datatype, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not is_of_type(text, datatype)] == []
    assert [text for text in wrong if is_of_type(text, datatype)] == []


@pytest.mark.parametrize(
    ("value", "datatype", "text"),
    [
        # What JavaRosa 5.1 serialises, bind type by bind type.
        (True, Datatype.STRING, "1"),
        (False, Datatype.INTEGER, "0"),
        (1.0, Datatype.STRING, "1"),
        (2.5, Datatype.STRING, "2.5"),
        (2.5, Datatype.INTEGER, "2"),
        (-0.5, Datatype.INTEGER, "0"),
        (10000000.5, Datatype.DECIMAL, "1.00000005E7"),
        (10000000.5, Datatype.INTEGER, "10000000"),
        (0.0001, Datatype.STRING, "1.0E-4"),
        (3e9, Datatype.STRING, "3000000000"),
        (3e9, Datatype.INTEGER, "2147483647"),
        (1e20, Datatype.DECIMAL, "1.0E20"),
        (float("inf"), Datatype.STRING, "Infinity"),
        (1 / 3, Datatype.STRING, "0.3333333333333333"),
        (NAN, Datatype.STRING, ""),
        ("", Datatype.STRING, ""),
        ("x", Datatype.INTEGER, "x"),
        ("x", Datatype.BOOLEAN, "1"),
        (2.5, Datatype.BOOLEAN, "1"),
        (MIDNIGHT, Datatype.STRING, "2024-05-01T00:00:00.000+07:00"),
        (MORNING, Datatype.DATE, "2024-05-01"),
        (MORNING, Datatype.DATETIME, "2024-05-01T08:00:00.000+07:00"),
        (MORNING, Datatype.TIME, "08:00:00.000+07:00"),
        (MORNING.astimezone(UTC), Datatype.DATETIME, "2024-05-01T01:00:00.000Z"),
    ],
)
def test_computed_value_is_written_as_the_device_writes_it(value: Scalar, datatype: Datatype, text: str) -> None:
    assert stored_text(value, datatype) == text


@pytest.mark.parametrize(
    ("value", "datatype", "held"),
    [
        (0.0, Datatype.STRING, 0.0),
        (2.9, Datatype.INTEGER, 2.0),
        (NAN, Datatype.INTEGER, ""),
        (True, Datatype.STRING, True),
        (1.0, Datatype.BOOLEAN, True),
        ("", Datatype.BOOLEAN, ""),
        ("7", Datatype.INTEGER, "7"),
    ],
)
def test_computed_value_keeps_its_kind_in_memory(value: Scalar, datatype: Datatype, held: Scalar) -> None:
    assert (type(held_value(value, datatype)), held_value(value, datatype)) == (type(held), held)


@pytest.mark.parametrize(
    ("submitted", "computed", "same"),
    [
        ("5", "5", True),
        ("5.0", "5", True),
        ("1.0E7", "10000000", True),
        ("0.30000000000000004", "0.3", True),
        (" a ", "a", True),
        ("", "", True),
        ("5", "6", False),
        ("", "0", False),
        ("a", "b", False),
        ("2024-05-01T08:00:00.000+07:00", "2024-05-01T01:00:00.000Z", True),
        ("2024-05-01", "2024-05-01T00:00:00.000+07:00", False),
    ],
)
def test_two_texts_are_one_answer_or_not(submitted: str, computed: str, same: bool) -> None:
    assert is_same_answer(submitted, computed, HANOI) is same


@pytest.mark.parametrize(
    ("text", "limits", "offered"),
    [
        ("3", ("1", "5", "1"), True),
        ("0", ("1", "5", "1"), False),
        ("6", ("1", "5", "1"), False),
        ("2.5", ("1", "5", "1"), False),
        ("0.3", ("0", "1", "0.1"), True),
        ("4", ("5", "1", "1"), True),
        ("7", ("", "", ""), True),
        ("3.7", ("1", "5", ""), True),
    ],
)
def test_range_offers_its_steps_only(text: str, limits: tuple[str, str, str], offered: bool) -> None:
    assert is_in_range(text, *limits) is offered
