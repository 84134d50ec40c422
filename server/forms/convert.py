"""From a form workbook to its XForm and its sheets.

The work is done by pyxform in a child process (`server.forms.convert_child`), for a workbook may be hostile: here it is
only handed over as bytes, the clock is watched, and every refusal is turned into faults a designer can act on.
Neither logic nor safety of the form is judged here: see `server.forms.check`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from server.errors import DomainError
from server.forms.check_cells import cell_faults
from server.forms.faults import Fault, FormRefused
from server.forms.pyxform_faults import refusal_faults, warning_faults
from server.forms.sheets import Row, Sheet, SourceKind, read_csv_sheet
from server.forms.survey_rows import survey_rows
from server.forms.xml_reader import read_xml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

    from server.forms.survey_rows import SurveyRows

MAX_SOURCE_BYTES = 16 * 1024 * 1024

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one conversion may cost; memory is counted over what the libraries themselves take."""

    cpu_seconds: int = 20
    wall_seconds: float = 40
    memory_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A form as its designer keeps it; *measures* is the ``measures.csv`` beside a ready XForm."""

    content: bytes
    kind: SourceKind
    measures: bytes | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """An XForm with what the workbook holds beside it; *itemsets* is the ``itemsets.csv`` some forms need."""

    xform: bytes
    warnings: tuple[Fault, ...]
    sheets: tuple[Sheet, ...]
    itemsets: bytes | None = None

    def sheet(self, name: str) -> Sheet | None:
        """Return the sheet of that name, in any case, None if there is none."""
        return next((one for one in self.sheets if one.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Refused:
    """A source that yields no form, and why."""

    faults: tuple[Fault, ...]


def convert(content: bytes, kind: SourceKind, *, measures: bytes | None = None) -> Converted:
    """Return the form of one source; raises FormRefused with the faults found."""
    match convert_many([Source(content, kind, measures)]):
        case (Converted() as converted,):
            return converted
        case (Refused(faults),):
            raise FormRefused(faults)
        case outcomes:
            raise AssertionError(outcomes)


def convert_many(sources: Iterable[Source]) -> tuple[Converted | Refused, ...]:
    """Return the outcome of each source, in order; one child serves them all, unless one of them ends it."""
    with Converter() as converter:
        return tuple(converter.outcome(source) for source in sources)


def _ready(source: Source) -> Converted:
    read_xml(source.content)
    sheets = () if source.measures is None else (read_csv_sheet("measures", source.measures),)
    return Converted(source.content, (), sheets)


class Converter:
    """The child, started when first needed and again whenever a source has ended it; not for several threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Start nothing yet; the scratch folder goes with the context."""
        self._limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._scratch = tempfile.TemporaryDirectory(prefix="nepnha-convert-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._child:
            _end(self._child)
        self._scratch.cleanup()

    def outcome(self, source: Source) -> Converted | Refused:
        """Return what becomes of *source*; a ready XForm needs no child."""
        if len(source.content) > MAX_SOURCE_BYTES:
            return Refused((Fault("form.source_too_large", {"limit_megabytes": MAX_SOURCE_BYTES // 1024**2}),))
        try:
            return _ready(source) if source.kind is SourceKind.XFORM else self._in_child(source)
        except DomainError as error:
            return Refused((Fault(error.code, {name: str(value) for name, value in error.params.items()}),))

    def _in_child(self, source: Source) -> Converted | Refused:
        child = self._child or _start(self._scratch.name, self._limits.memory_bytes)
        self._child = child
        clock = threading.Timer(self._limits.wall_seconds, child.kill)
        clock.start()
        try:
            line = _ask(child, source, self._limits.cpu_seconds)
        finally:
            clock.cancel()
        answer = json.loads(line) if line else {"ended": True}
        if "ended" in answer:
            self._child = None
            exit_code = _end(child)
        return _read_answer(answer) if line else Refused((_epitaph(exit_code),))


def _start(scratch: str, memory_bytes: int) -> subprocess.Popen[bytes]:
    """Start the child with nothing of our environment but what Python needs; a fixed hash seed keeps output stable."""
    environment = {"PYTHONPATH": str(_PROJECT), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "TMPDIR": scratch}
    return subprocess.Popen(  # noqa: S603  # our own module, run by our own interpreter
        [sys.executable, "-W", "ignore", "-m", "server.forms.convert_child", str(memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=scratch,
    )


def _ask(child: subprocess.Popen[bytes], source: Source, cpu_seconds: int) -> bytes:
    """Return the child's line about *source*, empty if it died over it."""
    assert child.stdin is not None
    assert child.stdout is not None
    request = {"kind": source.kind.value, "size": len(source.content), "cpu_seconds": cpu_seconds}
    header = json.dumps(request).encode()
    try:
        child.stdin.write(header + b"\n" + source.content)
        child.stdin.flush()
    except BrokenPipeError:
        return b""
    return child.stdout.readline()


def _end(child: subprocess.Popen[bytes]) -> int:
    """Close the child's input, which ends it, by force if it lingers, and return its exit code."""
    try:
        child.communicate(timeout=2)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
    return child.returncode


def _epitaph(exit_code: int) -> Fault:
    """Return the fault of a source over which the child died without a word: killed, or out of memory to speak with."""
    return Fault("form.too_costly", {"reason": f"exit {exit_code}"})


def _read_answer(answer: dict[str, object]) -> Converted | Refused:
    match answer:
        case {"xform": str(xform), "warnings": list(warnings), "sheets": list(sheets), "itemsets": itemsets}:
            return Converted(
                xform.encode(),
                warning_faults(warnings),
                tuple(_sheet(sheet) for sheet in sheets),
                itemsets.encode() if isinstance(itemsets, str) else None,
            )
        case {"refused": str(code), "params": dict(params)}:
            return Refused((Fault(code, {str(name): str(value) for name, value in params.items()}),))
        case {"wrong": str(message), "sheets": list(sheets)}:
            return Refused(_faults_of(message, [_sheet(sheet) for sheet in sheets]))
        case _:
            raise AssertionError(sorted(answer))


def _faults_of(message: str, sheets: list[Sheet]) -> tuple[Fault, ...]:
    """Return what pyxform stopped at, and what else is wrong with single cells."""
    rows = survey_rows(sheets)
    further = cell_faults(sheets)
    columns = {_about(fault): fault.column for fault in further}
    first = [_placed(fault, rows) for fault in refusal_faults(message)]
    first = [replace(fault, column=fault.column or columns.get(_about(fault), "")) for fault in first]
    told = {_about(fault) for fault in first}
    cells = {(fault.row, fault.column) for fault in first if fault.code == "form.reference_malformed"}
    return (*first, *(one for one in further if _about(one) not in told and (one.row, one.column) not in cells))


def _about(fault: Fault) -> tuple[str, int | None, object]:
    return fault.code, fault.row, fault.params.get("name") or fault.params.get("list")


def _placed(fault: Fault, rows: SurveyRows) -> Fault:
    """Return *fault* with the row of the question it names, where pyxform gave the name only, or the type."""
    if fault.row:
        return fault
    if fault.code == "form.type_unknown" and (row := rows.of_type(str(fault.params.get("type", "")))):
        return replace(fault, sheet="survey", row=row.number, column="type")
    row = rows.by_name.get(str(fault.params.get("name", "")))
    return replace(fault, sheet="survey", row=row.number) if row else fault


def _sheet(plain: dict[str, list[tuple[int, dict[str, str]]]]) -> Sheet:
    rows = tuple(Row(number, cells) for number, cells in plain["rows"])
    return Sheet(str(plain["name"]), tuple(str(column) for column in plain["header"]), rows)
