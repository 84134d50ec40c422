"""What a cell of a report workbook may ask for, and what is said of one that asks wrongly."""

from __future__ import annotations

import pytest

from server.errors import InvalidInput
from server.indicators.report_cells import (
    Counted,
    Each,
    FromPaper,
    OfIndicator,
    PaperRow,
    Part,
    Settlement,
    Words,
    paper_keys,
    parse_slot,
)
from server.indicators.sources import Basis, Source
from server.territory.units import Level

HOUSEHOLDS = Source("households", "", Basis.REGISTER)
ASKED = {
    "{{register:households}}": Counted(HOUSEHOLDS, (), None, PaperRow()),
    "{{ register:households | hh_type=gen1 }}": Counted(HOUSEHOLDS, (("hh_type", ("gen1",)),), None, PaperRow()),
    "{{register:households | hh_type=gen1, gen2 | urban}}": Counted(
        HOUSEHOLDS, (("hh_type", ("gen1", "gen2")),), Settlement.URBAN, PaperRow()
    ),
    "{{register:clubs[kind=a|b] | rural}}": Counted(
        Source("clubs", "", Basis.REGISTER), (("kind", ("a", "b")),), Settlement.RURAL, PaperRow()
    ),
    "{{phieu_b.victims | v_sex=female | v_age=60 | row=II.4.4 | sensitive}}": Counted(
        Source("phieu_b.victims"),
        (("v_sex", ("female",)), ("v_age", ("60",))),
        None,
        PaperRow("II.4.4", "total", is_sensitive=True),
    ),
    "{{pool.knowledge}}": Counted(Source("pool.knowledge"), (), None, PaperRow()),
    "{{units:commune}}": Counted(Source("commune", "", Basis.UNITS), (), None, PaperRow()),
    "{{indicator:I6}}": OfIndicator("I6", Part.VALUE, PaperRow()),
    "{{indicator:I6 | target | row=6}}": OfIndicator("I6", Part.TARGET, PaperRow("6")),
    "{{paper | row=I.1.2 | column=urban}}": FromPaper(PaperRow("I.1.2", "urban")),
    "{{each:commune}}": Each(Level.COMMUNE),
    "{{unit}}": Words("{{unit}}", ("unit",)),
    "Xã: {{unit}}, năm {{year}}": Words("Xã: {{unit}}, năm {{year}}", ("unit", "year")),
}
WRONG = {
    "{{unit": "report.open_braces",
    "unit}}": "report.open_braces",
    "{{nothing}}": "report.bad_cell",
    "Xã {{nothing}}": "report.unknown_word",
    "Số hộ: {{register:households}}": "report.text_and_number",
    "{{register:households | hh_type}}": "report.unknown_filter",
    "{{register:households | hh_type=}}": "report.unknown_filter",
    "{{register:households | target}}": "report.bad_cell",
    "{{indicator:I6 | hh_type=gen1}}": "report.bad_cell",
    "{{indicator:I6 | urban}}": "report.bad_cell",
    "{{previous}}": "report.bad_cell",
    "{{paper}}": "report.paper_needs_row",
    "{{paper | kind=a | row=1}}": "report.bad_cell",
    "{{register:households | row=a b}}": "report.bad_row",
    "{{each:province}}": "report.bad_each",
}


@pytest.mark.parametrize("text", ASKED)
def test_a_cell_is_read_as_it_is_written(text):
    assert parse_slot(text) == ASKED[text]


@pytest.mark.parametrize("text", WRONG)
def test_a_cell_that_asks_wrongly_is_refused_by_what_is_wrong(text):
    with pytest.raises(InvalidInput) as refused:
        parse_slot(text)
    assert refused.value.code == WRONG[text]


def test_what_a_cell_counts_is_added_up_as_a_plan_writes_it():
    assert str(parse_slot("{{register:households | hh_type=gen1, gen2}}").source) == (
        "register:households[hh_type=gen1|gen2]"
    )


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("{{register:households | row=I.1}}", ("report:I.1.total", "register:households")),
        ("{{a.b | c=d | column=urban | row=2}}", ("report:2.urban", "a.b[c=d]")),
        ("{{register:households | urban}}", ()),
        ("{{a.b | c=d | e=f}}", ()),
        ("{{indicator:I6}}", ("I6",)),
        ("{{indicator:I6 | target}}", ()),
        ("{{paper | row=3}}", ("report:3.total",)),
    ],
)
def test_a_figure_is_typed_for_the_cell_or_for_what_it_counts(text, keys):
    assert paper_keys(parse_slot(text)) == keys


def test_words_are_put_into_a_text_and_what_is_not_said_is_left_empty():
    assert parse_slot("Số: {{number}} – {{unit}}").filled({"unit": "Xã Mẫu"}) == "Số:  – Xã Mẫu"
