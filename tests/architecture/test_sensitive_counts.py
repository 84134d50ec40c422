"""Exact counts of sensitive measures have one way out, and it ends in release tables."""

from __future__ import annotations

import ast

SUMS = {"ContributionRow", "FigureSumRow"}
WHO_READS_SUMS = {
    "server/storage/repositories/locks.py",  # asked about measures of frozen figures that are not sensitive now
    "server/storage/repositories/new_contributions.py",  # writes them
    "server/storage/repositories/no_cases.py",  # where and when records below an incident post tell of
    "server/storage/repositories/past_words.py",  # asked by figure_tables and locks about what is not sensitive
    "server/storage/repositories/place_sums.py",  # run by figure_tables, which leaves sensitive measures out before
    "server/storage/repositories/records_behind.py",  # asks figure_tables first what is not sensitive
    "server/storage/repositories/releases.py",
    "server/storage/repositories/roster_counts.py",  # asks in the statement itself that the form is not sensitive
    "server/storage/repositories/versions.py",  # deriving again: writes them
}
FROZEN = {"ReleaseRow", "ReleaseExactRow"}
EXACT = {"exact_cases", "exact_cases_of", "families"}
WHO_MAY_KNOW = {
    "server/operations/release_basis.py",
    "server/operations/release_tables.py",
    "server/operations/official_numbers.py",
}
OFFICIAL = {"official_numbers", "add_official", "official", "note_opening"}
WHO_KEEPS_OFFICIAL_COPIES = {"server/operations/official_copy.py", "server/operations/official_numbers.py"}


def imported_names(module):
    return {alias.name for one in module.nodes if isinstance(one, ast.ImportFrom) for alias in one.names}


def read_attributes(module):
    return {one.attr for one in module.nodes if isinstance(one, ast.Attribute)}


def test_sums_are_read_where_sensitive_measures_are_left_out_or_released(modules):
    readers = {one.name for one in modules if SUMS & imported_names(one) and "/models/" not in one.name}
    assert readers == WHO_READS_SUMS


def test_sums_by_place_are_asked_for_by_what_leaves_sensitive_measures_out_alone(modules):
    asking = {one.name for one in modules if {"sums", "past_words", "past_units"} & imported_names(one)}
    repositories = "server/storage/repositories/"
    assert asking == {f"{repositories}{name}.py" for name in ("figure_tables", "locks", "place_sums")}


def test_frozen_tables_are_read_by_one_repository(modules):
    readers = {one.name for one in modules if FROZEN & imported_names(one)}
    assert readers == {"server/storage/repositories/releases.py"}


def test_exact_cases_are_asked_for_by_what_freezes_them_alone(modules):
    askers = {one.name for one in modules if EXACT & (read_attributes(one) | imported_names(one))}
    assert askers - {"server/storage/repositories/releases.py"} == WHO_MAY_KNOW


def test_typed_counts_of_cases_are_published_in_one_place_alone(modules):
    """Beside it only what freezes tables knows them: to hide from whoever remembers them."""
    reading = {"trail_of_cases", "everyday_beside_cases"}
    askers = {one.name for one in modules if reading & read_attributes(one)}
    assert askers == {"server/operations/released_sums.py", "server/operations/release_tables.py"}


def test_doors_read_release_tables_through_one_module(modules):
    doors = [one for one in modules if one.name.startswith(("server/web/", "server/cli/"))]
    reaching = {one.name for one in doors if "releases" in read_attributes(one)}
    assert reaching == set()


def test_official_copies_are_made_and_read_by_one_operation(modules):
    askers = {one.name for one in modules if OFFICIAL & (read_attributes(one) | imported_names(one))}
    assert askers <= WHO_KEEPS_OFFICIAL_COPIES | {"server/storage/repositories/reports.py"}
    rows = {one.name for one in modules if "OfficialReportRow" in imported_names(one)}
    assert rows == {"server/storage/repositories/reports.py"}


def test_one_page_asks_for_official_copies(modules):
    doors = {one.name for one in modules if {"official_copy", "official_choice"} & imported_names(one)}
    assert doors == {"server/web/console/official.py"}


def test_where_there_were_cases_is_asked_for_the_official_copy_alone(modules):
    askers = {
        one.name for one in modules if {"with_cases", "SaidNothing"} & (read_attributes(one) | imported_names(one))
    }
    assert askers == {"server/operations/said_nothing.py", "server/operations/official_numbers.py"}
