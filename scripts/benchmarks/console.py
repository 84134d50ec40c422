"""Every page of the console beside a province's records, asked for by an officer of all of it and by one of a commune.

The application answers in this very process, so that its statements can be counted and its CPU read to the microsecond;
the database's processes are read beside it. Of a download only the first piece is waited for. Before that all that
match are approved at one stroke, and that is taken back. What tidies up after all this writing (the database's own
vacuum, Python's search for rings among what was made) is done before a page is read, and is on no page's bill.
"""

from __future__ import annotations

import gc
import re
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import event

from server.app import create_app, make_services
from server.operations.browse_submissions import Question
from server.operations.propose_approval import propose_approval
from server.operations.review_submissions import Decision, review_submissions, undo_review
from server.operations.sights import Desk
from server.settings import read_settings
from server.submissions.review import AWAITING, Verdict

from .backlog import set_up_backlog, stored
from .history import PASSWORD, set_up_history
from .measurement import started
from .meter import cpu_seconds
from .offers import offer_changes, open_cases
from .office import set_up_office
from .pages import asked_pages
from .stored import tidy_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from server.access.actors import Account
    from server.operations.services import Services

    from .measurement import Bench, Wanted
    from .office import Office, Official
    from .pages import AskedPage

MOST_CPU_MS, MOST_STATEMENTS, MOST_KB = 60, 12, 60
_OF_SECONDS = 20
"""Which part of the seconds of a load each page is asked for again and again."""
_MOST_TIMES = 20
_PAGES = frozenset({"text/html", "application/json"})
"""What is sent whole; everything else is a download."""
PROVINCE_ALONE = frozenset(
    {
        "forms_offer",
        "plans_offer",
        "incidents_published",
        "incidents_published_file",
        "incidents_published_tables",
    }
)
"""Pages that an officer of a commune is never led to."""
_WAITING = Question(Desk.EVERYDAY, states=AWAITING)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class PageCost:
    """What one page asks of application and database together; of a download, until its first piece is there."""

    page: str
    cpu_ms: float
    statements: int
    kilobytes: float
    is_download: bool

    @property
    def marks(self) -> tuple[str, ...]:
        """Return what of it is over the mark."""
        over = {
            f"over {MOST_CPU_MS} ms": self.cpu_ms > MOST_CPU_MS,
            f"over {MOST_STATEMENTS}": self.statements > MOST_STATEMENTS,
            f"over {MOST_KB} kB": self.kilobytes > MOST_KB and not self.is_download,
        }
        return tuple(mark for mark, is_over in over.items() if is_over)


@dataclass(frozen=True, slots=True)
class PageTable:
    """All pages as one person finds them."""

    load: str
    database: str
    stored: int
    pages: tuple[PageCost, ...]

    def as_json(self) -> dict[str, object]:
        """Return the table as a JSON object."""
        return {**asdict(self), "pages": [{**asdict(one), "marks": one.marks} for one in self.pages]}

    def as_text(self) -> str:
        """Return the table as lines, the dearest page first."""
        dearest = sorted(self.pages, key=lambda one: -one.cpu_ms)
        over = sum(bool(one.marks) for one in self.pages)
        return "\n".join(
            (
                f"{self.load} · {self.database} · {self.stored} stored · {len(dearest)} pages, {over} over a mark",
                f"  {'CPU ms':>7} {'SQL':>4} {'kB':>6}  page",
                *(
                    f"  {one.cpu_ms:7.1f} {one.statements:4} {one.kilobytes:6.1f}  {one.page}"
                    f"{' (first piece)' if one.is_download else ''}{' ← ' if one.marks else ''}{', '.join(one.marks)}"
                    for one in dearest
                ),
            )
        )


@dataclass(frozen=True, slots=True)
class Stroke:
    """What deciding about many records at once costs, and how long somebody waits for it."""

    load: str
    database: str
    stored: int
    records: int
    statements: int
    cpu_ms: float
    seconds: float

    def as_json(self) -> dict[str, object]:
        """Return the figures as a JSON object."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the figures as one line."""
        return (
            f"{self.load} · {self.database} · {self.stored} stored: {self.records} records in {self.seconds:.2f} s, "
            f"{self.statements} statements, CPU {self.cpu_ms:.0f} ms"
        )


@dataclass(frozen=True, slots=True)
class _Measuring:
    """What is measured, and what was made to be looked at."""

    bench: Bench
    services: Services
    app: Flask
    office: Office
    there: int


def measure_console(wanted: Wanted) -> Iterator[PageTable | Stroke]:
    """Yield what every page costs an officer of the province and one of a commune, and what approving many does.

    Raises UnknownPagesError when the application has a page that is not known here.
    """
    with ExitStack() as stack:
        history, bench = started(wanted, lambda services: set_up_history(services, wanted.share), stack)
        services = make_services(read_settings(bench.environment))
        stack.callback(services.engine.dispose)
        set_up_backlog(services, history, wanted.stored)
        yield from _strokes(bench, services, history.account)
        office = set_up_office(services, history)
        measuring = _Measuring(bench, services, create_app(services), office, stored(services))
        tidy_up(services.engine)
        _look_for_rings_as_a_worker_does()
        for official in office.officials:
            yield _table(measuring, official)


def _look_for_rings_as_a_worker_does() -> None:
    """See ``gunicorn.conf.py``: never among what was loaded to begin with, which here is all that was made as well."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _table(measuring: _Measuring, official: Official) -> PageTable:
    client, facts = _signed_in(measuring.app, official), {**measuring.office.facts, **official.facts}
    offer_changes(client, facts["project"])
    open_cases(client, (facts[one] for one in ("case", "pictured_case", "clashing_case")))
    costs = [
        _cost_of_page(measuring, client, page)
        for page in asked_pages(measuring.app, client, facts)
        if official.name == "province" or page.endpoint not in PROVINCE_ALONE
    ]
    load = f"console: an officer of the {official.name}"
    return PageTable(load, measuring.bench.wanted.database, measuring.there, tuple(costs))


def _cost_of_page(measuring: _Measuring, client: FlaskClient, page: AskedPage) -> PageCost:
    began = time.monotonic()
    _answer(client, page)
    once = time.monotonic() - began
    with _counted(measuring.services.engine) as statements:
        size, is_download = _answer(client, page)
    spare = measuring.bench.wanted.seconds / _OF_SECONDS
    times = max(1, min(_MOST_TIMES, int(spare / once)))
    cpu = _spent(measuring.bench.beside, lambda: [_answer(client, page) for _ in range(times)])
    return PageCost(page.name, cpu * 1000 / times, len(statements), size / 1000, is_download)


def _answer(client: FlaskClient, page: AskedPage) -> tuple[int, bool]:
    """Return how many bytes came, and whether they are but the first of a download."""
    answer = client.get(page.address) if page.typed is None else client.post(page.address, data=page.typed)
    expected = HTTPStatus.SEE_OTHER if page.endpoint == "sign_in" else HTTPStatus.OK
    assert answer.status_code == expected, (page.address, answer.status)
    is_download = answer.mimetype not in _PAGES or "attachment" in answer.headers.get("Content-Disposition", "")
    size = len(next(answer.iter_encoded(), b"")) if is_download else len(answer.get_data())
    answer.close()
    return size, is_download


def _spent(beside: Sequence[int], work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process and of those beside it."""
    others, own = cpu_seconds(beside), time.process_time()
    work()
    return time.process_time() - own + cpu_seconds(beside) - others


@contextmanager
def _counted(engine: Engine) -> Iterator[list[str]]:
    """Note the statements that are asked meanwhile."""
    statements: list[str] = []

    def note(*given: object) -> None:
        statement = str(given[2])
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def _strokes(bench: Bench, services: Services, account: Account) -> Iterator[Stroke]:
    """Yield what approving all that match costs, and taking it back."""
    batches: list[str] = []
    done: list[int] = []

    def approve() -> None:
        proposal = propose_approval(services, account, _WAITING, None)
        decision = Decision(Verdict.APPROVE, "", proposal.targets, spares_flagged=True)
        outcome = review_submissions(services, account, decision, Desk.EVERYDAY)
        batches.append(outcome.batch_id)
        done.append(len(outcome.done))

    def take_back() -> None:
        done.append(len(undo_review(services, account, batches[0], Desk.EVERYDAY).done))

    there = stored(services)
    for name, work in {"approve all that match": approve, "take that back": take_back}.items():
        began = time.monotonic()
        with _counted(services.engine) as statements:
            cpu = _spent(bench.beside, work)
        seconds = time.monotonic() - began
        yield Stroke(f"console: {name}", bench.wanted.database, there, done[-1], len(statements), cpu * 1000, seconds)


def _signed_in(app: Flask, official: Official) -> FlaskClient:
    """Return a browser in which that person has signed in, with the second step that work with incidents asks for."""
    client = app.test_client()
    for page, typed in (("/sign-in", {"login": official.login, "password": PASSWORD}), ("/second-step", {})):
        token = _TOKEN.search(client.get(page).text)
        assert token is not None, "the page has a form"
        answer = client.post(page, data={"password": PASSWORD, "csrf_token": token[1], **typed})
        assert answer.status_code == HTTPStatus.SEE_OTHER, (page, answer.status)
    return client
