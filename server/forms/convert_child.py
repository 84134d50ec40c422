"""The child process in which workbooks are opened: whatever a hostile file does, it does it here.

It reads requests from standard input (a JSON line with *kind* and *size*, then that many bytes) and answers each with
one JSON line. It limits its own memory, processor time and files before it opens anything. Its only caller is
`server.forms.convert`, which watches the clock.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import sys
import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zipfile import BadZipFile

from openpyxl.utils.exceptions import InvalidFileException
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert as pyxform_convert
from xlrd import XLRDError  # type: ignore[import-untyped]  # it ships no types

from server.errors import DomainError
from server.forms.sheets import SourceKind, check_archive, read_sheets

if TYPE_CHECKING:
    from types import TracebackType

    from server.forms.sheets import Sheet

CPU_SECONDS = 20
MEMORY_BYTES = 512 * 1024 * 1024
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
    _limit_everything()
    for header in sys.stdin.buffer:
        request = json.loads(header)
        _limit_processor()
        _send(replies, answer(sys.stdin.buffer.read(request["size"]), SourceKind(request["kind"])))


def answer(source: bytes, kind: SourceKind) -> Reply:
    """Return the reply to one request: *xform*, *warnings* and *sheets*, or what is *refused* or *wrong*."""
    try:
        return _converted(source, kind)
    except DomainError as error:
        return {"refused": error.code, "params": error.params}
    except MemoryError:
        return {"refused": "form.too_costly", "params": {}}
    except _BROKEN as error:
        return {"refused": "form.workbook_broken", "params": {"reason": type(error).__name__}}


def _converted(source: bytes, kind: SourceKind) -> Reply:
    if kind is SourceKind.XLSX:
        check_archive(source)
    warnings: list[str] = []
    sheets = [_plain(sheet) for sheet in read_sheets(source, kind)]
    try:
        # Bytes and a file type, always: pyxform opens a string that happens to be the name of a file.
        result = pyxform_convert(xlsform=source, file_type=kind.value, validate=False, warnings=warnings)
    except PyXFormError as error:
        return {"wrong": str(error), "sheets": sheets}
    return {"xform": result.xform, "warnings": warnings, "sheets": sheets, "itemsets": result.itemsets}


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


def _limit_everything() -> None:
    """Allow *MEMORY_BYTES* over what the imports took, no core, small files, no network, no other process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    ceiling = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # pyxform writes its result into a temporary file before it returns it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    sys.addaudithook(_refuse_the_world)


def _limit_processor() -> None:
    """Allow *CPU_SECONDS* from now on; the kernel ends the process beyond them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if hard < 0 else min(seconds, hard), hard))


def _refuse_the_world(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(event)


def _report_crash(
    replies: BinaryIO, kind: type[BaseException], _error: BaseException, _trace: TracebackType | None
) -> None:
    """Make the last reply of a process that met an error nobody foresaw: which one, and no more."""
    _send(replies, {"refused": "form.workbook_broken", "params": {"reason": kind.__name__}})


if __name__ == "__main__":
    main()
