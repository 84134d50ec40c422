"""Who speaks for a unit that ended: all those that took over from it, or who took over from them in the same year."""

from __future__ import annotations

from datetime import date

from server.territory.collection import Territory
from server.territory.turnovers import turnovers
from server.territory.units import Succession, UnitId, UnitKind, UnitPeriod

A, B, AB, ABC, ONE, TWO = (UnitId(number) for number in range(1, 7))
JUNE, JULY = date(2025, 6, 30), date(2025, 7, 1)


def unit(unit_id, first=None, last=None):
    return UnitPeriod(unit_id, f"{unit_id}", f"Xã {unit_id} (mẫu)", UnitKind.XA, None, first, last)


def told(periods, *pairs):
    territory = Territory(tuple(periods), (), tuple(Succession(*pair) for pair in pairs))
    return {(one.unit_id, one.year, one.speakers) for one in turnovers(territory)}


def test_a_merged_unit_speaks_for_each_it_was_made_of():
    found = told([unit(A, None, JUNE), unit(B, None, JUNE), unit(AB, JULY)], (A, AB), (B, AB))
    assert found == {(one, 2025, frozenset({(AB, date.min)})) for one in (A, B)}


def test_the_pieces_of_a_unit_speak_for_it_together():
    found = told([unit(A, None, JUNE), unit(ONE, JULY), unit(TWO, JULY)], (A, ONE), (A, TWO))
    assert found == {(A, 2025, frozenset({(ONE, date.min), (TWO, date.min)}))}


def test_whoever_took_over_later_in_the_year_speaks_for_all_before():
    autumn = date(2025, 10, 31)
    periods = [unit(A, None, JUNE), unit(AB, JULY, autumn), unit(ABC, date(2025, 11, 1))]
    assert told(periods, (A, AB), (AB, ABC)) == {
        (A, 2025, frozenset({(AB, date.min)})),
        (A, 2025, frozenset({(ABC, date.min)})),
        (AB, 2025, frozenset({(ABC, date.min)})),
    }


def test_whoever_took_over_in_another_year_does_not():
    later = date(2026, 3, 31)
    periods = [unit(A, None, JUNE), unit(AB, JULY, later), unit(ABC, date(2026, 4, 1))]
    found = told(periods, (A, AB), (AB, ABC))
    assert found == {(A, 2025, frozenset({(AB, date.min)})), (AB, 2026, frozenset({(ABC, date.min)}))}


def test_a_unit_that_was_there_before_must_have_spoken_since_it_took_over():
    assert told([unit(A, None, JUNE), unit(B)], (A, B)) == {(A, 2025, frozenset({(B, JUNE)}))}


def test_a_unit_that_goes_on_speaks_for_itself_alone():
    assert told([unit(A), unit(B)]) == set()
