"""scripts/bench console: every page of the console is measured, for two people, on both databases."""

from __future__ import annotations

import pytest

from scripts.benchmarks.checks import CHECKS
from scripts.benchmarks.console import PROVINCE_ALONE, PageCost
from scripts.benchmarks.pages import PAGES, UnknownPagesError, console_rules
from server.app import create_app
from tests.scripts.test_bench import bench


@pytest.fixture
def app(services):
    return create_app(services)


def test_a_page_the_bench_does_not_know_ends_it(app):
    assert console_rules(app).keys() == PAGES.keys()
    app.add_url_rule("/trang-moi", "console.new_page", lambda: "")
    with pytest.raises(UnknownPagesError, match="new_page"):
        console_rules(app)


def test_what_a_page_asks_while_it_is_filled_in_is_to_be_known_too(app):
    app.add_url_rule("/moi/check", "console.new_check", lambda: "", methods=["POST"])
    with pytest.raises(UnknownPagesError, match="new_check"):
        console_rules(app)


def test_a_page_the_application_has_no_more_ends_it_too(app, monkeypatch):
    monkeypatch.setitem(PAGES, "gone", ("",))
    with pytest.raises(UnknownPagesError, match="gone"):
        console_rules(app)


@pytest.mark.parametrize(
    ("cost", "marks"),
    [
        ((60.0, 12, 60.0, False), ()),
        ((60.1, 12, 60.0, False), ("over 60 ms",)),
        ((9.9, 13, 60.1, False), ("over 12", "over 60 kB")),
        ((9.9, 12, 900.0, True), ()),
    ],
)
def test_what_is_over_a_mark_is_marked(cost, marks):
    assert PageCost("/submissions", *cost).marks == marks


@pytest.mark.full
@pytest.mark.database
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_page_is_measured_for_an_officer_of_all_and_of_a_commune(database):
    said = bench("console", f"--database={database}", "--stored=300", "--share=0.005", "--seconds=0.01")
    (approved, taken_back), tables = said[:2], said[2:]
    assert approved["records"] == taken_back["records"] > 0
    assert [one["load"] for one in tables] == [f"console: an officer of the {one}" for one in ("province", "commune")]
    asked = sum(map(len, PAGES.values())) + len(CHECKS)
    alone = sum(len(PAGES[one]) for one in PROVINCE_ALONE)
    assert [len(one["pages"]) for one in tables] == [asked, asked - alone]
    for page in (page for one in tables for page in one["pages"]):
        assert page["kilobytes"] > 0 or page["page"] == "/sign-in"
        assert page["statements"] > 0 or page["page"].startswith("/static")
