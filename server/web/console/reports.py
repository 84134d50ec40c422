"""The pages of reports: which there are, one as it would be issued today with its words, and those that were issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput
from server.indicators.periods import Period
from server.indicators.report_words import LINES, TEXTS
from server.operations.draft_report import keep_words
from server.operations.issue_report import issue_report
from server.operations.read_reports import (
    draft_file,
    issued_file,
    list_issues,
    list_reports,
    preview_report,
    read_issue,
)
from server.operations.report_filling import ReportOrder
from server.territory.units import UnitId
from server.web.console.asked import number
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.storage.repositories.reports import Issue, ReportKey
    from server.web.console.screen import Screen

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_YEARS_BACK: Final = 8
_MOST_ISSUES: Final = 50


@dataclass(frozen=True, slots=True)
class ReportPages:
    """The pages of reports."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show what reports can be made, and the newest that were issued."""
        account, period = self._account(), self._period(request.args)
        this_year = self.services.today().year
        return self.screen.page(
            "reports.html",
            choices=list_reports(self.services, account, period),
            issues=list_issues(self.services, account, at_most=_MOST_ISSUES),
            period=period,
            years=range(this_year, this_year - _YEARS_BACK, -1),
        )

    def one(self, template_id: int) -> Response:
        """Show a report as it would be issued now, with the words that go with it."""
        order = self._order(template_id, request.args)
        with_earlier = request.args.get("start") == "earlier"
        preview = preview_report(self.services, self._account(), order, with_earlier=with_earlier)
        return self.screen.page(
            "report.html",
            preview=preview,
            order=order,
            texts=TEXTS,
            lines=LINES,
            saved=request.args.get("saved"),
            with_earlier=with_earlier,
        )

    def words(self, template_id: int) -> Response:
        """Keep the words as they stand."""
        order = self._order(template_id, request.form)
        revision = number(request.form.get("revision")) or 0
        keep_words(self.services, self._account(), order, request.form, revision=revision)
        unit, year = order.unit_id, order.period.year
        return _to(url_for("console.report", template_id=template_id, unit=unit, year=year, saved=1) + "#words")

    def issue(self, template_id: int) -> Response:
        """Issue the report: its files are kept as they are now."""
        if not request.form.get("is_sure"):
            raise InvalidInput("console.locks.not_sure")
        order = self._order(template_id, request.form)
        issue = issue_report(self.services, self._account(), order, reason=request.form.get("reason", ""))
        return _to(url_for("console.report_issued", issue_id=issue.issue_id))

    def draft(self, template_id: int) -> Response:
        """Send the filled workbook as of now, named as a draft."""
        key, content = draft_file(self.services, self._account(), self._order(template_id, request.args))
        return sent_file(content, WORKBOOK, f"NHAP-{file_name(self.services, key)}.xlsx")

    def issued(self, issue_id: int) -> Response:
        """Show an issued copy as it is printed."""
        return self.screen.page("report_issued.html", issued=read_issue(self.services, self._account(), issue_id))

    def issued_file(self, issue_id: int, kind: str) -> Response:
        """Send an issued file, byte for byte."""
        is_workbook = kind != "docx"
        issue, content = issued_file(self.services, self._account(), issue_id, is_workbook=is_workbook)
        name = f"{file_name(self.services, issue.key)}{_revised(issue)}"
        return sent_file(content, WORKBOOK if is_workbook else DOCUMENT, f"{name}.{'xlsx' if is_workbook else 'docx'}")

    def _order(self, template_id: int, asked: Mapping[str, str]) -> ReportOrder:
        return read_order(self.services, template_id, asked)

    def _period(self, asked: Mapping[str, str]) -> Period:
        return Period(number(asked.get("year")) or self.services.today().year)

    def _account(self) -> Account:
        return signed_in(self.services).account


def read_order(services: Services, template_id: int, asked: Mapping[str, str]) -> ReportOrder:
    """Return the report an address or a form names; raises InvalidInput ``report.no_unit`` or ``periods.unknown``."""
    unit = number(asked.get("unit"))
    if unit is None:
        raise InvalidInput("report.no_unit")
    return ReportOrder(template_id, UnitId(unit), Period(number(asked.get("year")) or services.today().year))


def sent_file(content: bytes, content_type: str, name: str) -> Response:
    """Return *content* as a file to keep under *name*, which is plain ASCII."""
    response = make_response(content)
    response.content_type = content_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_name(services: Services, key: ReportKey) -> str:
    """Return the name of a report's files: layout, code of the unit, period."""
    territory = services.atlas.current().territory
    on = min(Period.parse(key.period).last_day, services.today())
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "-_.") else "-" for one in key.name)
    return f"{plain}-{territory.period(key.unit_id, on).code}-{key.period}"


def _revised(issue: Issue) -> str:
    return f"-v{issue.revision}" if issue.revision > 1 else ""


def _to(address: str) -> Response:
    return make_response(redirect(address, 303))
