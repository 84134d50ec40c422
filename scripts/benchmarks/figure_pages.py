"""Every page of figures beside a province's records: where it is asked for, who asks, and what it may cost.

The marks are milliseconds of CPU, of the server and the database together. Pages of a late cursor begin halfway down
what there is; what a reader may see little of is asked for by an officer of one commune.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import text

from server.access.roles import Role
from server.operations.add_account import NewAccount, NewPost, add_account
from server.territory.units import Level

from .history import LOGIN, PASSWORD, YEARS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import TextClause

    from server.operations.services import Services
    from server.territory.units import UnitId

    from .figures import Figures
    from .history import History

YEAR = YEARS[-1]
OF_PROVINCE, OF_COMMUNE = LOGIN, "xa.mau"
PAGE_MS, REPORT_MS = 100, 5000
_GROWN, _GROWN_MS = 1.5, 15
"""By how much and by how many milliseconds a page must cost more beside ten times as many records, to have grown."""
_HALFWAY = {
    "record": "SELECT id FROM submission WHERE counted_version_id IS NOT NULL ORDER BY counted_version_id",
    "household": "SELECT entity_key FROM entity_version WHERE is_live ORDER BY unit_id, entity_key",
}


@dataclass(frozen=True, slots=True)
class FigurePage:
    """One page: *login* asks for it, and it may cost *mark_ms*."""

    name: str
    path: str
    mark_ms: int = PAGE_MS
    login: str = OF_PROVINCE


@dataclass(frozen=True, slots=True)
class PageLine:
    """What a page came to: *before_ms* beside a tenth of the records, None where that was not measured."""

    page: str
    answers: int
    cpu_ms: float
    server_ms: float
    p50_ms: float
    p95_ms: float
    before_ms: float | None
    mark_ms: int

    @property
    def marks(self) -> tuple[str, ...]:
        """Return what of it is not as it should be."""
        over = (f"over {self.mark_ms} ms",) if self.cpu_ms > self.mark_ms else ()
        before = self.before_ms
        has_grown = before is not None and self.cpu_ms > max(before * _GROWN, before + _GROWN_MS)
        return (*over, "grown") if has_grown else over


@dataclass(frozen=True, slots=True)
class FigureTable:
    """All pages beside so many records."""

    load: str
    database: str
    stored: int
    pages: tuple[PageLine, ...]

    def as_json(self) -> dict[str, object]:
        """Return the table as a JSON object."""
        return {**asdict(self), "pages": [{**asdict(one), "marks": one.marks} for one in self.pages]}

    def as_text(self) -> str:
        """Return the table as lines, in the order they were asked for."""
        over = sum(bool(one.marks) for one in self.pages)
        return "\n".join(
            (
                f"{self.load} · {self.database} · {self.stored} stored · {len(self.pages)} pages, {over} over a mark",
                f"  {'CPU ms':>7} {'mark':>5} {'server':>7} {'before':>7} {'p50':>6} {'p95':>6}  page",
                *map(_line, self.pages),
            )
        )


def _line(one: PageLine) -> str:
    before = "" if one.before_ms is None else f"{one.before_ms:.1f}"
    times = f"{one.p50_ms:6.0f} {one.p95_ms:6.0f}"
    said = ", ".join(one.marks) or "ok"
    return f"  {one.cpu_ms:7.1f} {one.mark_ms:5} {one.server_ms:7.1f} {before:>7} {times}  {one.page} ← {said}"


def line_of(page: FigurePage, figures: Figures, before: float | None) -> PageLine:
    """Return what *page* came to; *before* is what it cost beside a tenth of the records."""
    return PageLine(
        page=page.name,
        answers=sum(figures.answers.values()),
        cpu_ms=figures.cpu_ms_per_request,
        server_ms=figures.server_cpu_ms_per_request,
        p50_ms=figures.p50_ms,
        p95_ms=figures.p95_ms,
        before_ms=before,
        mark_ms=page.mark_ms,
    )


def add_officer(services: Services, history: History) -> None:
    """Add somebody who reviews in the last commune that has villages."""
    territory, today = services.atlas.current().territory, services.today()
    commune = territory.period(_places(services, history)["commune"], today)
    posts = (NewPost(Role.SUPERVISOR, (commune.code,)),)
    add_account(services, NewAccount(OF_COMMUNE, "Người duyệt xã (mẫu)", posts, PASSWORD, is_sample=True))


def figure_pages(services: Services, history: History) -> list[FigurePage]:
    """Return every page, about things that are there."""
    places = _places(services, history)
    with services.engine.connect() as connection:
        halfway = {name: int(connection.execute(_middle(rows)).scalar_one()) for name, rows in _HALFWAY.items()}
    frames = [one.key for one in services.atlas.current().territory.frames()]
    return [
        *_tables(places, frames[0]),
        *_behind(places, halfway, frames[0]),
        *_reports(history, places["province"]),
    ]


def _places(services: Services, history: History) -> Mapping[str, UnitId]:
    """Return the province, the last commune that has villages, and its last village."""
    territory, today = services.atlas.current().territory, services.today()
    village = territory.units_of_level(Level.VILLAGE, today)[-1]
    assert village.parent_id is not None, "a village lies in a commune"
    return {
        "province": history.account.posts[0].unit_id,
        "commune": village.parent_id,
        "village": village.unit_id,
    }


def _middle(rows: str) -> TextClause:
    return text(f"{rows} LIMIT 1 OFFSET (SELECT count(*) / 2 FROM ({rows}) AS every)")  # noqa: S608 our own statements


def _tables(places: Mapping[str, int], old: str) -> Iterator[FigurePage]:
    commune, village, year = places["commune"], places["village"], {"year": YEAR}
    yield FigurePage("all indicators of the province", "/indicators")
    yield FigurePage("all indicators of a commune", _path("/indicators", year, within=commune))
    yield FigurePage("one indicator by commune", _path("/indicators/I6", year))
    yield FigurePage("one indicator by commune, joined of two forms", _path("/indicators/I2", year))
    yield FigurePage("one indicator by commune, last year", _path("/indicators/I6", {"year": YEAR - 1}))
    yield FigurePage("one indicator of the staff roster", _path("/indicators/I1", year))
    yield FigurePage("one indicator on the old boundaries", _path("/indicators/I6", year, frame=old))
    yield FigurePage("one indicator by old district", _path("/indicators/I6", year, level=Level.DISTRICT.value))
    yield FigurePage("one indicator by village of a commune", _path("/indicators/I6", year, within=commune))
    yield FigurePage("one indicator by every village", _path("/indicators/I6", year, level=Level.VILLAGE.value))
    yield FigurePage("one indicator over the years", _path("/indicators/I2/years", year))
    yield FigurePage(
        "a commune over the years, and its neighbours", _path("/indicators/I2/years", year, within=commune)
    )
    yield FigurePage(
        "a village over the years, and its neighbours", _path("/indicators/I2/years", year, within=village)
    )
    yield FigurePage("who has sent, by commune", _path("/completeness", year))
    yield FigurePage("who has sent, by village", _path("/completeness", year, within=commune))
    yield FigurePage("activities of the province", _path("/activities", year))
    yield FigurePage("activities of a commune", _path("/activities", year, within=commune))


def _behind(places: Mapping[str, int], halfway: Mapping[str, int], old: str) -> Iterator[FigurePage]:
    whole, joined, below = {"year": YEAR}, "/indicators/I2/records", {"part": "denominator"}
    province, commune = ({"year": YEAR, "unit": places[one]} for one in ("province", "commune"))
    late, later = {"after": halfway["record"]}, {"after": halfway["household"]}
    simple = "/indicators/I6/records"
    yield FigurePage("behind the whole", _path(simple, whole))
    yield FigurePage("behind the whole, on the old boundaries", _path(simple, whole, frame=old))
    yield FigurePage("behind the province's number", _path(simple, province))
    yield FigurePage("behind the province's number, joined of two forms", _path(joined, province))
    yield FigurePage("behind it, a late page", _path(joined, {**province, **late}))
    yield FigurePage("behind a commune's number, joined of two forms", _path(joined, commune))
    yield FigurePage("behind a village's number, joined of two forms", _path(joined, whole, unit=places["village"]))
    yield FigurePage("households behind the province's number", _path(simple, {**province, **below}))
    yield FigurePage("households behind it, a late page", _path(simple, {**province, **below, **later}))
    yield FigurePage("households behind a commune's number", _path(simple, {**commune, **below}))
    yield FigurePage("people behind a number of the roster", _path("/indicators/I1/records", province))
    of_one = (
        ("behind the province's number, to an officer of a commune", _path(joined, province)),
        ("households behind the province's number, to the same", _path(simple, {**province, **below})),
        ("households behind it, a late page, to the same", _path(simple, {**province, **below, **later})),
    )
    for name, path in of_one:
        yield FigurePage(name, path, login=OF_COMMUNE)


def _reports(history: History, province: int) -> Sequence[FigurePage]:
    report = f"/reports/{history.report_id}"
    asked = {"unit": province, "year": YEAR, "period": YEAR}
    return (
        FigurePage("the yearly report, to look at", _path(report, asked), REPORT_MS),
        FigurePage("the yearly report, its workbook", _path(f"{report}/draft.xlsx", asked), REPORT_MS),
    )


def _path(page: str, asked: Mapping[str, int | str], **also: int | str) -> str:
    return f"{page}?{urlencode({**asked, **also})}"
