"""An expression asked of a bare document: kinds and texts as JavaRosa's, texts trimmed, places found or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from server.errors import InvalidInput
from server.forms.definition import Datatype
from server.forms.logic import LogicError
from server.forms.logic.asking import Answer, Question, answer

RECORD = """<n:data xmlns:n="urn:n" id="f" version="v7">
  <ws> a b </ws><blank>   </blank><g>
    <x>1</x>
  </g><r><x>10</x></r><r><x>20</x></r><day>2024-05-01</day></n:data>"""


def asked(expression: str, place: str = "", **datatypes: Datatype) -> Answer:
    types = {f"/data/{name}": datatype for name, datatype in datatypes.items()}
    now = datetime(2024, 5, 1, 23, 30, tzinfo=UTC)
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    return answer(Question(expression, etree.fromstring(RECORD), zone, now, place, types))


@pytest.mark.parametrize(
    ("expression", "kind", "text"),
    [
        ("1 + 1", "number", "2"),
        ("0 div 0", "number", "NaN"),
        ("10000000 * 1000", "number", "1.0E10"),
        ("true()", "boolean", "true"),
        ("'a'", "string", "a"),
        ("today()", "date", "2024-05-02"),
        ("/data/g/x", "nodeset", "1"),
        ("/data/nope", "nodeset", ""),
        ("version()", "string", "v7"),
        ("string-length(/data/ws)", "number", "3"),
        ("/data/blank = ''", "boolean", "true"),
        ("/data/g = ''", "boolean", "true"),
        ("count(/data/r)", "number", "2"),
        ("ws", "nodeset", "a b"),
    ],
)
def test_answer_has_the_kind_and_the_text_of_the_device(expression: str, kind: str, text: str) -> None:
    assert asked(expression) == Answer(kind, text)


def test_untyped_day_is_text_and_a_typed_one_a_day() -> None:
    assert asked("/data/day + 1") == Answer("number", "NaN")
    assert asked("/data/day + 1", day=Datatype.DATE) == Answer("number", "19845")


@pytest.mark.parametrize(
    ("place", "text"), [("/data/r[2]/x", "20"), ("/data/r/x", "10"), ("/n:data/g/x", "1"), (" /data/r[1]/x ", "10")]
)
def test_expression_stands_at_its_place(place: str, text: str) -> None:
    assert asked(".", place).text == text


@pytest.mark.parametrize("place", ["", "/", "/data", "/data[1]"])
def test_root_is_the_place_when_none_is_named(place: str) -> None:
    assert asked("@version", place).text == "v7"


@pytest.mark.parametrize("place", ["/data/r[3]", "/other", "/data[2]", "/data/r[0]", "/data/r[x]", "/data//x", "x"])
def test_place_that_is_not_there_is_refused(place: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        asked(".", place)
    assert refusal.value.code == "ask.no_node"


def test_several_nodes_have_no_single_text() -> None:
    with pytest.raises(LogicError) as refusal:
        asked("/data/r/x")
    assert refusal.value.code == "logic.repeated"
