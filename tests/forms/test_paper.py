"""The paper blank: numbers, rooms to write, grids, tables, and skips in words; never of a sensitive form."""

import pytest

from server.errors import Forbidden
from server.forms.paper import Grid, Line, Question, Remark, Section, Table, Ticks, paper_blank
from server.forms.paper_html import paper_html
from server.language.catalogue import load_catalogue

CHOICES = """
| choices | | | |
| | list_name | name | label |
| | yn | yes | Có |
| | yn | no | Không |
| | rel | couple | Vợ chồng |
| | rel | child | Cha mẹ và con |
| settings | | |
| | form_title | form_id | version |
| | Phiếu <mẫu> | sample | 1 |
"""
HEAD = "| survey | | | | | |\n| | type | name | label | relevant | hint |\n"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue().strict()


@pytest.fixture
def blank(form, catalogue):
    return lambda rows: paper_blank(form(HEAD + rows + CHOICES), catalogue, is_sensitive=False, language="vi")


def questions(blocks) -> list[Question]:
    found = []
    for block in blocks:
        match block:
            case Question():
                found.append(block)
            case Grid(_, inner) | Table(_, inner, _):
                found += inner
            case Section(_, inner, _):
                found += questions(inner)
    return found


ONE_TO_FOUR = (
    "| | select_one yn | a | A? | | |\n| | integer | b | B? | {b} | |\n"
    "| | integer | c | C? | {c} | |\n| | integer | d | D? | {d} | |\n"
)


@pytest.mark.parametrize(
    ("conditions", "below", "above"),
    [
        ({"b": "${a} = 'yes'"}, "Nếu câu 1 = Có thì hỏi câu 2; nếu không, sang câu 3.", {}),
        ({"b": "${a} = 'yes'", "c": "${a} = 'yes'"}, "Nếu câu 1 = Có thì hỏi câu 2–3; nếu không, sang câu 4.", {}),
        (dict.fromkeys("bcd", "${a} = 'yes'"), "Nếu câu 1 = Có thì hỏi câu 2–4; nếu không, kết thúc phiếu.", {}),
        ({"b": "not(${a} = 'yes')"}, "Nếu câu 1 khác “Có” thì hỏi câu 2; nếu không, sang câu 3.", {}),
        ({"b": "${a} != ''"}, "Nếu câu 1 có trả lời thì hỏi câu 2; nếu không, sang câu 3.", {}),
        ({"b": "selected(${a}, 'no')"}, "Nếu câu 1 có chọn “Không” thì hỏi câu 2; nếu không, sang câu 3.", {}),
        ({"c": "${a} = 'yes'"}, None, {3: "Chỉ hỏi câu 3 nếu câu 1 = Có; nếu không, sang câu 4."}),
        (
            {"c": "string-length(${a}) + ${b} > 3"},
            None,
            {3: "Chỉ hỏi câu 3 nếu string-length( câu 1 ) + câu 2 > 3; nếu không, sang câu 4."},
        ),
    ],
)
def test_conditions_become_instructions(blank, conditions: dict, below: str | None, above: dict):
    rows = ONE_TO_FOUR.format(**{"b": "", "c": "", "d": "", **conditions})
    asked = questions(blank(rows).blocks)
    assert asked[0].skips == ((below,) if below else ())
    assert {one.number for one in asked if one.only_if} == set(above)
    for number, words in above.items():
        assert asked[number - 1].only_if == words


def test_and_or_are_kept_apart_by_brackets(blank):
    rows = ONE_TO_FOUR.format(b="", c="", d="${a} = 'yes' and (${b} >= 18 or ${c} < 5)")
    assert questions(blank(rows).blocks)[2].skips == (
        "Nếu câu 1 = Có và (câu 2 ≥ 18 hoặc câu 3 < 5) thì hỏi câu 4; nếu không, kết thúc phiếu.",
    )


def test_a_skip_passes_over_what_the_skipped_answer_would_have_opened(blank):
    rows = ONE_TO_FOUR.format(b="${a} = 'yes'", c="${b} = 3", d="")
    assert questions(blank(rows).blocks)[0].skips == ("Nếu câu 1 = Có thì hỏi câu 2; nếu không, sang câu 4.",)


def test_a_skip_passes_over_what_asks_the_same_and_more(blank):
    rows = ONE_TO_FOUR.format(b="${a} = 'yes'", c="${a} = 'yes' and ${b} != 3", d="")
    assert questions(blank(rows).blocks)[0].skips == ("Nếu câu 1 = Có thì hỏi câu 2; nếu không, sang câu 4.",)


def test_a_group_bears_the_condition_of_its_questions(blank):
    rows = (
        "| | select_one yn | a | A? | | |\n| | note | n | Đọc to | | |\n| | text | x | X? | | |\n"
        "| | begin group | g | Phần hai | ${a} = 'yes' | |\n| | text | b | B? | | |\n"
        "| | text | c | C? | | |\n| | end group | | | | |\n"
    )
    _, remark, _, section = blank(rows).blocks
    assert remark == Remark("Đọc to")
    assert section.title == "Phần hai"
    assert section.only_if == "Chỉ hỏi câu 3–4 nếu câu 1 = Có; nếu không, kết thúc phiếu."
    assert [one.number for one in section.blocks] == [3, 4]


@pytest.mark.parametrize(
    ("row", "room"),
    [
        ("select_one yn", Ticks(("Có", "Không"))),
        ("select_multiple rel", Ticks(("Vợ chồng", "Cha mẹ và con"), is_several=True)),
        ("rank rel", Ticks(("Vợ chồng", "Cha mẹ và con"), is_order=True)),
        ("select_one_from_file units.csv", Line("list")),
        ("text", Line("text")),
        ("decimal", Line("number")),
        ("date", Line("date")),
        ("time", Line("time")),
        ("geopoint", Line("place")),
        ("image", Line("photo")),
        ("audio", Line("attachment")),
        ("acknowledge", Line("seen")),
        ("range", Ticks(tuple(str(value) for value in range(1, 11)))),
    ],
)
def test_each_kind_of_question_has_its_room(blank, row: str, room: Ticks | Line):
    (question,) = blank(f"| | {row} | a | A? | | |\n").blocks
    assert question.room == room


@pytest.mark.parametrize(("appearance", "kind"), [("month-year", "month"), ("year", "year"), ("", "date")])
def test_a_date_asks_as_exactly_as_the_form(form, catalogue, appearance: str, kind: str):
    table = f"| survey | |\n| | type | name | label | appearance |\n| | date | a | A? | {appearance} |\n"
    (question,) = paper_blank(form(table), catalogue, is_sensitive=False, language="vi").blocks
    assert question.room == Line(kind)


def test_neighbours_with_the_same_choices_share_a_grid(blank):
    rows = "".join(f"| | select_one yn | q{n} | Câu {n}? | | |\n" for n in range(3)) + "| | text | t | T? | | |\n"
    grid, text = blank(rows).blocks
    assert grid.labels == ("Có", "Không")
    assert [one.number for one in grid.questions] == [1, 2, 3]
    assert text.number == 4


def test_a_repeat_becomes_a_table_and_hidden_nodes_become_nothing(blank):
    rows = (
        "| | start | s | | | |\n| | begin repeat | m | Người trong nhà | | |\n| | text | who | Tên? | | |\n"
        "| | integer | age | Tuổi? | | |\n| | end repeat | | | | |\n"
    )
    (table,) = blank(rows).blocks
    assert (table.title, [one.label for one in table.questions]) == ("Người trong nhà", ["Tên?", "Tuổi?"])


def test_conditions_inside_a_repeat_stay_with_its_questions(blank):
    rows = (
        "| | begin repeat | m | M | | |\n| | select_one yn | a | A? | | |\n| | text | x | X? | | |\n"
        "| | begin group | g | G | ${a} = 'yes' | |\n| | text | b | B? | | |\n| | text | c | C? | | |\n"
        "| | end group | | | | |\n| | end repeat | | | | |\n"
    )
    (table,) = blank(rows).blocks
    assert [one.only_if for one in table.questions] == [
        "",
        "",
        "Chỉ hỏi câu 3–4 nếu câu 1 = Có; nếu không, kết thúc phiếu.",
        "",
    ]


@pytest.mark.parametrize(("count", "columns"), [(3, 3), (6, 6), (7, 4), (18, 4)])
def test_a_repeat_of_many_questions_is_turned_to_fit_the_page(blank, catalogue, count: int, columns: int):
    inner = "".join(f"| | text | q{n} | Câu {n}? | | |\n" for n in range(count))
    document = paper_html(blank(f"| | begin repeat | m | M | | |\n{inner}| | end repeat | | | | |\n"), catalogue)
    assert document.count("<th>") == columns


def test_a_sensitive_form_is_never_on_paper(form, catalogue):
    definition = form(HEAD + "| | integer | a | A? | | |\n")
    with pytest.raises(Forbidden) as refusal:
        paper_blank(definition, catalogue, is_sensitive=True, language="vi")
    assert refusal.value.code == "form.never_on_paper"
    assert catalogue.has(refusal.value.code)


EVERYTHING = (
    "| | select_one yn | a | <script>alert(1)</script> & Tên? | | <b> |\n| | text | b | B? | ${a} = 'yes' | |\n"
    "| | note | n | Đọc </p> to | ${b} < 'z' | |\n| | begin repeat | m | <M> | | |\n| | select_one yn | r | R | | |\n"
    "| | end repeat | | | | |\n| | begin group | g | <G> | | |\n| | select_one yn | g1 | <x1> | | |\n"
    "| | select_one yn | g2 | <x2> | | |\n| | end group | | | | |\n"
)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_escapes_every_text_and_refers_to_nothing(form, catalogue, language: str):
    definition = form(HEAD + EVERYTHING + CHOICES)
    document = paper_html(paper_blank(definition, catalogue, is_sensitive=False, language=language), catalogue)
    for raw in ("<script", "<mẫu>", "<b> ", "</p> to", "<M>", "<G>", "<x1>", "src=", "href=", "url("):
        assert raw not in document
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Tên?" in document
    assert "size: A4" in document
    assert document.count('<span class="box round">') == 2 + 2 * 2
    assert f'lang="{language}"' in document
