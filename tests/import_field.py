"""Lists as offices keep them, and loading them as an operator or a person at the console would."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

from openpyxl import Workbook

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.operations.import_order import OPERATOR, ImportOrder, Load, asker_of
from server.operations.progress import silent
from server.operations.run_import import FileFacts, keep_file, run_import, try_import
from server.operations.undo_import import begin_undo, undo_import

HEADINGS = ("Mã thôn", "Số hộ", "Họ tên chủ hộ", "Vợ/chồng", "Số khẩu", "Dân tộc", "Diện hộ")


def csv_file(*rows: tuple[object, ...], headings: tuple[str, ...] = HEADINGS, delimiter: str = ";") -> BytesIO:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows((headings, *rows))
    return BytesIO(text.getvalue().encode())


def xlsx_file(*rows: tuple[object, ...], headings: tuple[str, ...] = HEADINGS, sheet: str = "Danh sách") -> BytesIO:
    workbook = Workbook()
    workbook.worksheets[0].title = sheet
    for row in (headings, *rows):
        workbook.worksheets[0].append(list(row))
    return saved(workbook)


def saved(workbook: Workbook) -> BytesIO:
    written = BytesIO()
    workbook.save(written)
    written.seek(0)
    return written


def operator_load(field, *, kind: str = "households", as_of=None, source: str = "") -> Load:
    order = ImportOrder(field.project_id, kind, as_of or field.services.today(), source)
    return Load(order, OPERATOR)


def console_load(field, *unit_codes: str, kind: str = "households", account_id: int = 1) -> Load:
    """Return the load of a supervisor posted at these units."""
    services = field.services
    found = [services.atlas.current().territory.resolve(one, services.today()).unit_id for one in unit_codes]
    posts = tuple(Post(Role.SUPERVISOR, one, None, None) for one in found)
    account = Account(AccountId(account_id), "mau", posts, elevated=False)
    return Load(ImportOrder(field.project_id, kind, services.today()), asker_of(services, account, kind))


def tried(field, content: BytesIO, load: Load | None = None):
    return try_import(field.services, load or operator_load(field), content=content, progress=silent)


def loaded(field, content: BytesIO, load: Load | None = None):
    """Load a file and return its number and the report."""
    load = load or operator_load(field)
    import_id = keep_file(field.services, load, FileFacts("danh-sach.csv", "0" * 64), state="read")
    return import_id, run_import(field.services, load, import_id, content=content, progress=silent)


def undone(field, import_id: int, load: Load | None = None):
    begin_undo(field.services, import_id)
    return undo_import(field.services, import_id, (load or operator_load(field)).asker, progress=silent)


def counts(report) -> tuple[int, int, int, int]:
    """Return new, changed, unchanged and wrong rows."""
    return report.new, report.changed, report.unchanged, report.wrong


def codes(report) -> list[str]:
    return [fault.code.removeprefix("register.row.") for fault in report.faults]
