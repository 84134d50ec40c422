"""`nepnha logic eval` and `nepnha form evaluate`: one answer for each line or file, whatever the lines hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli.command import nepnha

FORMS = Path(__file__).parents[2] / "xlsforms"
SURVEY = FORMS / "household_conduct_survey"
SOUND = SURVEY / "examples" / "lives_alone.xml"
BROKEN = SURVEY / "examples" / "bad_result_tampered.xml"


def run(*arguments: str | Path, lines: str | bytes = "") -> Result:
    return CliRunner().invoke(nepnha, ["--lang", "vi", *map(str, arguments)], input=lines)


def told(result: Result) -> list[dict[str, Any]]:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def question(**fields: object) -> str:
    return json.dumps({"context_xml": "<data><a>6</a><r><x>1</x></r><r><x>4</x></r></data>", **fields}) + "\n"


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"id": 1, "expr": "/data/a + 1"}, {"id": 1, "type": "number", "string": "7"}),
        ({"id": "b", "expr": ".", "context_path": "/data/r[2]/x"}, {"id": "b", "type": "nodeset", "string": "4"}),
        (
            {"id": 3, "expr": "today()", "now": "2024-05-01T23:00:00Z", "tz": "Asia/Ho_Chi_Minh"},
            {"id": 3, "type": "date", "string": "2024-05-02"},
        ),
        (
            {"id": 4, "expr": "format-date-time(now(), '%H:%M')", "now": "2024-05-01T23:00:00Z", "tz": "-02:30"},
            {"id": 4, "type": "string", "string": "20:30"},
        ),
        (
            {"id": 5, "expr": "now() = '2024-05-01'", "now": "2024-05-01T09:00:00", "tz": "+07:00"},
            {"id": 5, "type": "boolean", "string": "true"},
        ),
        (
            {"id": 6, "expr": "/data/a > '10'", "binds": {"/data/a": "int"}},
            {"id": 6, "type": "boolean", "string": "false"},
        ),
        ({"id": 7, "expr": "substr('😀', 0, 1)"}, {"id": 7, "type": "string", "string": "\ud83d"}),
        (
            {"id": 8, "expr": "/data/r/x", "binds": {"/data/r[2]/x": "int"}, "context_path": "/data/r[2]"},
            {"id": 8, "type": "nodeset", "string": "4"},
        ),
    ],
)
def test_expression_is_answered(fields: dict[str, object], answer: dict[str, object]) -> None:
    assert told(run("logic", "eval", lines=question(**fields))) == [answer]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nonsense", "ask.not_json"),
        ("[" * 100_000, "ask.not_json"),
        ("[1]", "ask.not_json"),
        (question(), "ask.no_field"),
        (question(expr=5), "ask.not_text"),
        (question(expr="1", binds=[]), "ask.not_text"),
        (question(expr="1", binds={"/data/a": 1}), "ask.not_text"),
        (question(expr="1", tz="Nowhere/At_All"), "ask.bad_zone"),
        (question(expr="1", tz="+99:00"), "ask.bad_zone"),
        (question(expr="1", tz="../../etc/passwd"), "ask.bad_zone"),
        (question(expr="1", now="yesterday"), "ask.bad_moment"),
        (question(expr="1", context_path="/data/z"), "ask.no_node"),
        (question(expr="1", context_xml="<a>"), "xml.malformed"),
        (question(expr="1", context_xml="<a>\ud83d</a>"), "xml.malformed"),
        (question(expr="1", context_xml="<!DOCTYPE a><a/>"), "xml.doctype"),
        (question(expr="nothing("), "logic.syntax"),
        (question(expr="nothing()"), "logic.unknown_function"),
        (question(expr="/data/r/x"), "logic.repeated"),
    ],
)
def test_line_that_cannot_be_answered_says_why_and_the_next_is_answered(line: str, code: str) -> None:
    refused, answered = told(run("logic", "eval", lines=line.rstrip("\n") + "\n\n" + question(id=2, expr="1")))
    assert refused["error"].startswith(f"{code}: ")
    assert answered == {"id": 2, "type": "number", "string": "1"}


def test_bytes_that_are_no_text_are_a_line_that_cannot_be_answered() -> None:
    (refused,) = told(run("logic", "eval", lines=b"\xff\xfe\n"))
    assert refused["error"].startswith("ask.not_json")


@pytest.mark.parametrize("form", ["form.xml", "form.xlsx", ""])
def test_records_are_evaluated_one_line_each(form: str) -> None:
    media = ("--media", SURVEY / "media") if form else ()
    result = run("form", "evaluate", "--form", SURVEY / form, *media, "--xml", SOUND, BROKEN, "--json")
    sound, broken = told(result)
    assert result.exit_code == 0
    assert (sound["file"], sound["verdict"], sound["findings"]) == (str(SOUND), "valid", [])
    assert set(sound["nodes"][0]) == {"path", "relevant", "required", "constraint_ok", "submitted", "calculated"}
    assert broken["verdict"] == "invalid"
    assert {one["severity"] for one in broken["findings"]} == {"error"}
    assert set(broken["findings"][0]) == {"code", "path", "severity", "message"}


def test_without_json_a_person_reads_the_verdict_and_the_findings() -> None:
    shown = run("form", "evaluate", "--form", SURVEY / "form.xml", "--xml", BROKEN).stdout
    assert "phiếu có lỗi" in shown
    assert "Kết quả tính sẵn" in shown


def test_record_that_cannot_be_read_has_its_line_and_the_exit_code_tells(tmp_path: Path) -> None:
    cut = tmp_path / "cut.xml"
    cut.write_bytes(SOUND.read_bytes()[:300])
    result = run(
        "form", "evaluate", "--form", SURVEY / "form.xml", "--xml", cut, tmp_path / "none.xml", SOUND, "--json"
    )
    first, second, third = told(result)
    assert first["error"].startswith("xml.malformed")
    assert second["error"].startswith("ask.no_file")
    assert third["verdict"] == "valid"
    assert result.exit_code == 1


def test_json_lines_name_files_or_hold_the_documents(tmp_path: Path) -> None:
    form, media, xml = str(SURVEY / "form.xml"), str(SURVEY / "media"), str(SOUND)
    lines: list[dict[str, object]] = [
        {"id": 1, "form": form, "xml": xml},
        {"id": 2, "form": Path(form).read_text(), "media": media, "xml": Path(xml).read_text()},
        {"id": 3, "form": str(tmp_path / "none.xml"), "xml": xml},
        {"id": 4, "form": str(tmp_path / "none.xml"), "xml": xml},
        {"id": 5, "form": form, "media": str(tmp_path / "none"), "xml": xml},
        {"id": 6, "form": form, "xml": "<data"},
        {"id": 7, "form": "a\0b", "xml": xml},
        {"id": 8, "form": "n" * 5000, "xml": xml},
    ]
    answers = told(run("form", "evaluate", "--jsonl", lines="".join(json.dumps(one) + "\n" for one in lines)))
    assert [one["id"] for one in answers] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [one.get("verdict") for one in answers] == ["valid", "valid", *[None] * 6]
    codes = [one["error"].partition(":")[0] for one in answers[2:]]
    assert codes == ["form.no_file", "form.no_file", "ask.no_folder", "xml.malformed", "form.no_file", "form.no_file"]


def test_form_that_is_refused_says_so_on_every_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.md"
    broken.write_text("| survey | | |\n| | type | name |\n| | nonsense | a |\n", encoding="utf-8")
    result = run("form", "evaluate", "--form", broken, "--xml", SOUND, SOUND, "--json")
    assert [one["error"].partition(":")[0] for one in told(result)] == ["form.refused", "form.refused"]


@pytest.mark.parametrize("arguments", [(), ("--form", "f.xml"), ("--xml", "a.xml"), ("--form", "f.xml", "--jsonl")])
def test_call_that_asks_nothing_is_wrong_use(arguments: tuple[str, ...]) -> None:
    assert run("form", "evaluate", *arguments).exit_code == 2
