"""The child process in which workbooks are opened: whatever a hostile file does, it does it here.

It reads requests from standard input (a JSON line with *kind*, *size* and *cpu_seconds*, then that many bytes) and
answers each with one JSON line; one that says *ended* is its last. Its argument is the memory it may take, in bytes
over what the imports took. Its only caller is `server.forms.convert`, which watches the clock.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import sys
import zlib
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zipfile import BadZipFile

from openpyxl.utils.exceptions import InvalidFileException
from pyxform.constants import SUPPORTED_SHEET_NAMES
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert as pyxform_convert
from xlrd import XLRDError  # type: ignore[import-untyped]  # it ships no types

from server.errors import DomainError
from server.forms.sheets import SourceKind, check_archive, read_sheets

if TYPE_CHECKING:
    from types import TracebackType

    from server.forms.sheets import Sheet

FILE_BYTES = 32 * 1024 * 1024
_FORBIDDEN_EVENTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")

_BROKEN = (
    BadZipFile,
    InvalidFileException,
    XLRDError,
    UnicodeDecodeError,
    csv.Error,
    zlib.error,
    KeyError,  # openpyxl, for a zip that is no workbook
)

Reply = dict[str, object]


def main() -> None:
    """Answer requests until standard input ends."""
    replies = _private_replies()
    sys.excepthook = partial(_report_crash, replies)
    _limit_everything(int(sys.argv[1]))
    for header in sys.stdin.buffer:
        request = json.loads(header)
        _limit_processor(request["cpu_seconds"])
        _send(replies, answer(sys.stdin.buffer.read(request["size"]), SourceKind(request["kind"])))


def answer(source: bytes, kind: SourceKind) -> Reply:
    """Return the reply to one request: *xform*, *warnings* and *sheets*, or what is *refused* or *wrong*."""
    try:
        return _converted(source, kind)
    except DomainError as error:
        return {"refused": error.code, "params": error.params}
    except _BROKEN as error:
        return {"refused": "form.workbook_broken", "params": {"reason": type(error).__name__}}


def _converted(source: bytes, kind: SourceKind) -> Reply:
    if kind is SourceKind.XLSX:
        check_archive(source)
    warnings: list[str] = []
    sheets = [_plain(sheet) for sheet in read_sheets(source, kind)]
    try:
        # Bytes and a file type, always: pyxform opens a string that happens to be the name of a file.
        known = _known_sheets(source) if kind is SourceKind.CSV else source
        result = pyxform_convert(xlsform=known, file_type=kind.value, validate=False, warnings=warnings)
    except PyXFormError as error:
        return {"wrong": str(error), "sheets": sheets}
    return {"xform": result.xform, "warnings": warnings, "sheets": sheets, "itemsets": result.itemsets}


def _known_sheets(source: bytes) -> bytes:
    """Return CSV without the sheets pyxform does not know: in this kind alone it stumbles over them."""
    kept = StringIO(newline="")
    writer = csv.writer(kept)
    known = True
    for line in csv.reader(StringIO(source.decode("utf-8-sig"), newline="")):
        name = line[0].strip().lower() if line else ""
        known = name in SUPPORTED_SHEET_NAMES if name else known
        if known:
            writer.writerow(line)
    return kept.getvalue().encode()


def _plain(sheet: Sheet) -> Reply:
    return {"name": sheet.name, "header": sheet.header, "rows": [(row.number, row.cells) for row in sheet.rows]}


def _private_replies() -> BinaryIO:
    """Return the stream of replies, and send anything a library prints to standard error instead."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return replies


def _send(replies: BinaryIO, reply: Reply) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def _limit_everything(memory_bytes: int) -> None:
    """Allow *memory_bytes* over what the imports took, no core, small files, no network, no other process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    ceiling = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # pyxform writes its result into a temporary file before it returns it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    sys.addaudithook(_refuse_the_world)


def _limit_processor(cpu_seconds: int) -> None:
    """Allow *cpu_seconds* from now on; the kernel ends the process beyond them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + cpu_seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if hard < 0 else min(seconds, hard), hard))


def _refuse_the_world(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(event)


def _report_crash(
    replies: BinaryIO, kind: type[BaseException], _error: BaseException, _trace: TracebackType | None
) -> None:
    """Make the last reply of a process that met an error nobody foresaw: which one, and no more."""
    code = "form.too_costly" if issubclass(kind, MemoryError | RecursionError) else "form.workbook_broken"
    _send(replies, {"refused": code, "params": {"reason": kind.__name__}, "ended": True})


if __name__ == "__main__":
    main()
