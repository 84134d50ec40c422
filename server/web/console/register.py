"""The console as a part of the application: every page with its address and the permission it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, request

from server.access.roles import Permission
from server.operations.office_imports import MOST_BYTES as LARGEST_LIST_BYTES
from server.operations.publish_plan import MOST_BYTES as LARGEST_PLAN_BYTES
from server.operations.sights import Desk
from server.operations.try_form import MOST_BYTES as LARGEST_FORM_FILES
from server.web.console.activities import ActivityPages
from server.web.console.assets import read_assets
from server.web.console.branches import BranchPages
from server.web.console.bulk import BulkPages
from server.web.console.by_rule import RulePages
from server.web.console.case_opening import CaseOpeningPages
from server.web.console.completeness import CompletenessPages
from server.web.console.corrections import CorrectionPages
from server.web.console.direction import straighten
from server.web.console.duplicates import DuplicatePages
from server.web.console.entity_changes import EntityChangePages
from server.web.console.figures import FigurePages
from server.web.console.headers import add_headers
from server.web.console.imports import ImportPages
from server.web.console.locks import LockPages
from server.web.console.map_view import MapPages
from server.web.console.office_routes import SENDS_A_FORM, office_routes
from server.web.console.official import OfficialPages
from server.web.console.paper import PaperPages
from server.web.console.paper_entry import PaperEntryPages
from server.web.console.plans import PlanPages
from server.web.console.published import PublishedPages
from server.web.console.quarters import QuarterPages
from server.web.console.record_files import RecordFilePages
from server.web.console.record_list import ListPages
from server.web.console.records import RecordPages
from server.web.console.refusals import refusal_page
from server.web.console.registers import RegisterPages
from server.web.console.report_layouts import LayoutPages
from server.web.console.reports import ReportPages
from server.web.console.route import Route
from server.web.console.saved_views import SavedViewPages
from server.web.console.screen import Screen, keep_language
from server.web.csrf import keep_visit
from server.web.guard import requires
from server.web.identity import session_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask import Flask, Response

    from server.operations.services import Services

    View = Callable[..., Response]

_PHONES: Final = "/v1/"
_SENDS_A_FILE: Final = "imports_send"
_SENDS_A_LAYOUT: Final = "layouts_send"
_SENDS_A_PLAN: Final = "plans_send"
_LARGEST_FORM_BYTES: Final = 1_000_000
_LARGEST_FILE_BYTES: Final = {
    _SENDS_A_FILE: LARGEST_LIST_BYTES,
    _SENDS_A_LAYOUT: LARGEST_LIST_BYTES,
    _SENDS_A_PLAN: LARGEST_PLAN_BYTES,
    SENDS_A_FORM: LARGEST_FORM_FILES,
}
_MOST_FORM_PARTS: Final = 2_000


def register_console(app: Flask, services: Services) -> None:
    """Add every page to *app*, with the headers of all that is not for phones."""
    pages = Blueprint("console", __name__, template_folder="templates")
    for route in _routes(services, Screen(services, read_assets())):
        view = requires(route.permission)(_as_function(route, services))
        pages.add_url_rule(route.rule, route.endpoint, view, methods=[route.method])
    app.register_blueprint(pages)
    app.before_request(_bound_request)
    app.after_request(lambda response: _finished(services, response))


def console_refusal(services: Services, fault: Exception) -> Response:
    """Return the page for a request that *fault* ended."""
    return refusal_page(Screen(services, read_assets()), fault)


def _routes(services: Services, screen: Screen) -> Iterable[Route]:
    yield Route("GET", "/static/<path:name>", "static_file", Permission.PUBLIC, read_assets().file)
    yield from office_routes(services, screen)
    for desk, name in ((Desk.EVERYDAY, "submissions"), (Desk.INCIDENTS, "incidents")):
        yield from _list_routes(ListPages(services, screen, desk, name))
        yield from _record_routes(RecordPages(services, screen, desk, name))
        yield from _correction_routes(CorrectionPages(services, screen, desk, name))
        yield from _branch_routes(BranchPages(services, screen, desk, name))
    yield from _case_routes(CaseOpeningPages(services, screen))
    files = RecordFilePages(services, screen).file
    yield Route("GET", "/submissions/file.<kind>", "submissions_file_of_list", Desk.EVERYDAY.read, files)
    views, read = SavedViewPages(services), Desk.EVERYDAY.read
    yield Route("POST", "/submissions/views", "submissions_view_save", read, views.save)
    yield Route("POST", "/submissions/views/<int:view_id>", "submissions_view_change", read, views.change)
    bulk, review = BulkPages(services, screen), Desk.EVERYDAY.review
    yield Route("POST", "/submissions/approve", "submissions_approve", review, bulk.ask)
    yield Route("GET", "/submissions/approve", "submissions_approving", review, bulk.proposal)
    yield from _paper_entry_routes(PaperEntryPages(services, screen))
    yield from _map_routes(MapPages(services, screen))
    yield from _register_routes(RegisterPages(services, screen, Desk.EVERYDAY))
    yield from _entity_change_routes(EntityChangePages(services, screen))
    yield from _duplicate_routes(DuplicatePages(services, screen))
    yield from _address_routes(RegisterPages(services, screen, Desk.INCIDENTS))
    yield from _figure_routes(FigurePages(services, screen))
    yield from _lock_routes(LockPages(services, screen))
    yield from _quarter_routes(QuarterPages(services, screen))
    by_rule = RulePages(services, screen).listing
    yield Route("GET", "/submissions/by-rule", "submissions_by_rule", Desk.EVERYDAY.review, by_rule)
    yield from _completeness_routes(CompletenessPages(services, screen))
    yield from _published_routes(PublishedPages(services, screen))
    yield from _activity_routes(ActivityPages(services, screen))
    yield from _report_routes(ReportPages(services, screen))
    yield from _layout_routes(LayoutPages(services, screen))
    yield from _official_routes(OfficialPages(services, screen))
    yield from _plan_routes(PlanPages(services, screen))
    yield from _import_routes(ImportPages(services, screen))
    yield from _paper_routes(PaperPages(services, screen, Desk.EVERYDAY))
    yield from _paper_routes(PaperPages(services, screen, Desk.INCIDENTS))


def _list_routes(pages: ListPages) -> Iterable[Route]:
    yield Route("GET", f"/{pages.name}", pages.name, pages.desk.read, pages.listing)


def _record_routes(pages: RecordPages) -> Iterable[Route]:
    name, desk = pages.name, pages.desk
    yield Route("GET", f"/{name}/<int:submission_id>", f"{name}_record", desk.read, pages.record)
    yield Route("GET", f"/{name}/<int:submission_id>/compare", f"{name}_compare", desk.read, pages.compare)
    yield Route("GET", f"/{name}/files/<token>", f"{name}_file", desk.read, pages.file)
    yield Route("GET", f"/{name}/photos/<token>", f"{name}_thumb", desk.read, pages.thumb)
    yield Route("POST", f"/{name}/decide", f"{name}_decide", desk.review, pages.decide)
    yield Route("POST", f"/{name}/undo", f"{name}_undo", desk.review, pages.undo)


def _case_routes(pages: CaseOpeningPages) -> Iterable[Route]:
    read, where = Desk.INCIDENTS.read, "/incidents/<int:submission_id>/open"
    yield Route("GET", where, "incidents_asking", read, pages.asking)
    yield Route("POST", where, "incidents_open", read, pages.open)
    held = "/incidents/held/<int:upload_id>/open"
    yield Route("GET", held, "incidents_held_asking", read, pages.asking_of_held)
    yield Route("POST", held, "incidents_held_open", read, pages.open_held)


def _correction_routes(pages: CorrectionPages) -> Iterable[Route]:
    name, review = pages.name, pages.desk.review
    yield Route("GET", f"/{name}/<int:submission_id>/correct", f"{name}_correcting", review, pages.start)
    yield Route("POST", f"/{name}/<int:submission_id>/correct", f"{name}_correct", review, pages.step)
    check = f"/{name}/<int:submission_id>/correct/check"
    yield Route("POST", check, f"{name}_correct_check", review, pages.check)


def _paper_entry_routes(pages: PaperEntryPages) -> Iterable[Route]:
    review = Desk.EVERYDAY.review
    yield Route("GET", "/submissions/paper", "submissions_sheet", review, pages.sheet)
    yield Route("POST", "/submissions/paper", "submissions_sheet_keep", review, pages.keep)
    yield Route("POST", "/submissions/paper/check", "submissions_sheet_check", review, pages.check)


def _branch_routes(pages: BranchPages) -> Iterable[Route]:
    name, review = pages.name, pages.desk.review
    one = f"/{name}/<int:submission_id>/branches/<int:version_id>"
    yield Route("GET", one, f"{name}_branch", review, pages.choosing)
    yield Route("POST", one, f"{name}_settle", review, pages.settle)


def _map_routes(pages: MapPages) -> Iterable[Route]:
    read = Desk.EVERYDAY.read
    yield Route("GET", "/map", "map", read, pages.page)
    yield Route("GET", "/map/marks", "map_marks", read, pages.marks)
    yield Route("GET", "/map/outlines", "map_outlines", read, pages.outlines)


def _register_routes(pages: RegisterPages) -> Iterable[Route]:
    read = Permission.READ_REGISTER
    yield Route("GET", "/households", "registers", read, pages.households)
    yield Route("GET", "/households/sheet", "register_sheet", read, pages.sheet)
    yield Route("GET", "/registers/<list_name>", "register_list", read, pages.listing)
    yield Route("GET", "/entities/<int:entity_key>", "register_entity", read, pages.entity)


def _entity_change_routes(pages: EntityChangePages) -> Iterable[Route]:
    manage, one = Permission.MANAGE_REGISTER, "/entities/<int:entity_key>"
    yield Route("GET", f"{one}/conflict", "register_conflict", manage, pages.conflict)
    yield Route("POST", f"{one}/conflict", "register_settle", manage, pages.settle)
    yield Route("GET", f"{one}/edit", "register_editing", manage, pages.editing)
    yield Route("POST", f"{one}/edit", "register_edit", manage, pages.edit)
    yield Route("POST", f"{one}/remove", "register_remove", manage, pages.remove)
    yield Route("POST", f"{one}/restore", "register_restore", manage, pages.restore)
    yield Route("POST", f"{one}/answer", "register_answer", manage, pages.answer)


def _duplicate_routes(pages: DuplicatePages) -> Iterable[Route]:
    read, manage, found = Permission.READ_REGISTER, Permission.MANAGE_REGISTER, "/households/duplicates"
    pair = "/entities/<int:entity_key>/with/<int:other_key>"
    yield Route("GET", found, "register_duplicates", read, pages.listing)
    yield Route("POST", f"{found}/<int:suspect_id>/dismiss", "register_dismiss", manage, pages.dismiss)
    yield Route("POST", f"{found}/<int:suspect_id>/reopen", "register_reopen", manage, pages.reopen)
    yield Route("GET", pair, "register_pair", read, pages.pair)
    yield Route("POST", pair, "register_merge", manage, pages.merge)
    yield Route("POST", "/merges/<int:batch_id>/undo", "register_part", manage, pages.undo)


def _address_routes(pages: RegisterPages) -> Iterable[Route]:
    read = pages.desk.read_register
    yield Route("GET", "/incidents/addresses", "incidents_addresses", read, pages.addresses)
    yield Route("GET", "/incidents/addresses/<int:entity_key>", "incidents_address", read, pages.entity)


def _figure_routes(pages: FigurePages) -> Iterable[Route]:
    read = Permission.READ_FIGURES
    yield Route("GET", "/indicators", "indicators", read, pages.listing)
    yield Route("GET", "/indicators/<code>", "indicator", read, pages.table)
    yield Route("GET", "/indicators/<code>/table.<kind>", "indicator_file", read, pages.table_file)
    yield Route("GET", "/indicators/<code>/years", "indicator_years", read, pages.years)
    yield Route("GET", "/indicators/<code>/years.<kind>", "indicator_years_file", read, pages.years_file)
    yield Route("GET", "/indicators/<code>/records", "indicator_records", read, pages.behind)


def _lock_routes(pages: LockPages) -> Iterable[Route]:
    read, sign, one = Permission.READ_FIGURES, Permission.LOCK_PERIODS, "/locks/<int:lock_id>"
    yield Route("GET", "/locks", "indicator_locks", read, pages.listing)
    yield Route("GET", "/locks/new", "indicator_lock_new", sign, pages.preview)
    yield Route("POST", "/locks/new", "indicator_lock_make", sign, pages.make)
    yield Route("GET", one, "indicator_lock", read, pages.one)
    yield Route("GET", f"{one}/records", "indicator_lock_records", read, pages.late)
    yield Route("GET", f"{one}/file", "indicator_lock_file", read, pages.file)


def _completeness_routes(pages: CompletenessPages) -> Iterable[Route]:
    read, name = Permission.READ_FIGURES, "indicators_completeness"
    yield Route("GET", "/completeness", name, read, pages.table)
    yield Route("GET", "/completeness.<kind>", f"{name}_file", read, pages.table_file)


def _published_routes(pages: PublishedPages) -> Iterable[Route]:
    read, sign, name = Permission.READ_FIGURES, Permission.REVIEW_INCIDENTS, "indicators_published"
    yield Route("GET", "/published", name, read, pages.listing)
    yield Route("GET", "/published/tables", f"{name}_tables", read, pages.tables)
    yield Route("GET", "/published/tables.<kind>", f"{name}_file", read, pages.tables_file)
    yield Route("GET", "/incidents/published", "incidents_published", sign, pages.signing)
    yield Route("POST", "/incidents/published", "incidents_published_sign", sign, pages.sign)
    yield Route("GET", "/incidents/published/tables", "incidents_published_tables", sign, pages.signed_tables)
    yield Route("GET", "/incidents/published/tables.<kind>", "incidents_published_file", sign, pages.signed_tables_file)


def _quarter_routes(pages: QuarterPages) -> Iterable[Route]:
    review, where = Desk.INCIDENTS.review, "/incidents/quarters"
    yield Route("GET", where, "incidents_quarters", Desk.INCIDENTS.read, pages.listing)
    yield Route("POST", where, "incidents_quarters_confirm", review, pages.confirm)
    yield Route("POST", f"{where}/<int:no_case_id>/withdraw", "incidents_quarters_withdraw", review, pages.withdraw)


def _activity_routes(pages: ActivityPages) -> Iterable[Route]:
    read = Permission.READ_FIGURES
    yield Route("GET", "/activities", "indicators_activities", read, pages.table)
    yield Route("GET", "/activities/table.<kind>", "indicators_activities_file", read, pages.file)


def _report_routes(pages: ReportPages) -> Iterable[Route]:
    read, sign, one = Permission.READ_FIGURES, Permission.LOCK_PERIODS, "/reports/<int:template_id>"
    yield Route("GET", "/reports", "reports", read, pages.listing)
    yield Route("GET", one, "report", read, pages.one)
    yield Route("GET", f"{one}/draft.xlsx", "report_draft", read, pages.draft)
    yield Route("POST", f"{one}/words", "report_words", sign, pages.words)
    yield Route("POST", f"{one}/issue", "report_issue", sign, pages.issue)
    yield Route("GET", "/reports/issued/<int:issue_id>", "report_issued", read, pages.issued)
    yield Route("GET", "/reports/issued/<int:issue_id>/<kind>", "report_issued_file", read, pages.issued_file)


def _layout_routes(pages: LayoutPages) -> Iterable[Route]:
    manage = Permission.MANAGE_FORMS
    yield Route("GET", "/report-layouts", "layouts", manage, pages.listing)
    yield Route("POST", "/report-layouts", _SENDS_A_LAYOUT, manage, pages.send)


def _official_routes(pages: OfficialPages) -> Iterable[Route]:
    yield Route("GET", "/incidents/report", "incidents_report", Permission.READ_INCIDENTS, pages.asking)
    yield Route("POST", "/incidents/report", "incidents_report_open", Permission.READ_INCIDENTS, pages.answer)


def _plan_routes(pages: PlanPages) -> Iterable[Route]:
    manage, offer = Permission.MANAGE_FORMS, "/plans/offer"
    yield Route("GET", "/plans", "plans", manage, pages.listing)
    yield Route("POST", "/plans", _SENDS_A_PLAN, manage, pages.send)
    yield Route("GET", "/plans/<int:plan_id>.xlsx", "plans_workbook", manage, pages.workbook)
    yield Route("GET", offer, "plans_offer", manage, pages.offer)
    yield Route("POST", f"{offer}/publish", "plans_publish", manage, pages.publish)
    yield Route("POST", f"{offer}/forget", "plans_forget", manage, pages.forget)


def _import_routes(pages: ImportPages) -> Iterable[Route]:
    manage, one = Permission.MANAGE_REGISTER, "/imports/<int:import_id>"
    yield Route("GET", "/imports", "imports", manage, pages.listing)
    yield Route("POST", "/imports", _SENDS_A_FILE, manage, pages.send)
    yield Route("GET", "/imports/templates/<kind>.xlsx", "imports_template", manage, pages.template)
    yield Route("GET", one, "imports_one", manage, pages.one)
    yield Route("POST", f"{one}/load", "imports_agree", manage, pages.agree)
    yield Route("POST", f"{one}/undo", "imports_undo", manage, pages.undo)
    yield Route("POST", f"{one}/forget", "imports_forget", manage, pages.forget)


def _paper_routes(pages: PaperPages) -> Iterable[Route]:
    manage, read, where = pages.permission, pages.reading, pages.address
    yield Route("GET", where, pages.name, manage, pages.sheet)
    yield Route("POST", where, f"{pages.name}_type", manage, pages.type)
    yield Route("POST", f"{where}/<int:import_id>/undo", f"{pages.name}_undo", manage, pages.undo)
    yield Route("GET", f"{where}/figure", f"{pages.name}_figure", read, pages.trail)


def _as_function(route: Route, services: Services) -> View:
    """Return a view as a function of its own, on which a permission can be written.

    What only reads is read on one territory, the one that was read with the session.
    """

    def answer(**arguments: Any) -> Response:  # noqa: ANN401 whatever the address names
        if route.method != "GET":
            return route.view(**arguments)
        session = session_read()
        with services.atlas.standing_still(session.territory_revision if session else None):
            return route.view(**arguments)

    return answer


def _bound_request() -> None:
    """Keep what a browser may send small: pages take short forms, and one of them takes a list."""
    if not request.path.startswith(_PHONES):
        endpoint = (request.endpoint or "").removeprefix("console.")
        request.max_content_length = _LARGEST_FORM_BYTES + _LARGEST_FILE_BYTES.get(endpoint, 0)
        request.max_form_parts = _MOST_FORM_PARTS


def _finished(services: Services, response: Response) -> Response:
    if request.path.startswith(_PHONES):
        return response
    keep_visit(services, response)
    keep_language(services, response)
    return add_headers(services, straighten(response))
