"""One measurement from nothing: a database, a field project, the server, a load, and what it came to."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from server.app import make_services
from server.settings import read_settings
from server.storage.database import open_engine

from . import database
from .client import Load, drive_apart
from .field import set_up
from .figures import Figures, percentile
from .loads import KINDS, known_lists
from .meter import cpu_seconds, peak_memory
from .server_process import free_port, serving
from .stored import copy_newest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from server.operations.services import Services

    from .client import Outcome, Request
    from .field import Field
    from .loads import Kind

_LONGEST_WARMING_SECONDS = 3.0
_WARMING_REQUESTS = 400
_ON_DISK = "/var/tmp"  # noqa: S108 unlike /tmp it is never kept in memory, where durability would cost nothing
_World = TypeVar("_World")
_SUCCESS = frozenset({200, 201, 304})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured, on what, for how long. *connections* None: as many as suit the load."""

    load: str
    database: str
    seconds: float
    connections: int | None
    stored: int
    share: float = 1.0
    """What part of a province is there, for the lists."""
    remakes: bool = True
    """Whether everything is made anew too, for the figures."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A server that runs, and the processes that are metered."""

    wanted: Wanted
    port: int
    master: int
    beside: tuple[int, ...]
    environment: Mapping[str, str]


def measure(wanted: Wanted) -> Iterator[Figures]:
    """Yield the figures of the load; for form lists, also of phones that have the list already."""
    kind = KINDS[wanted.load]
    with ExitStack() as stack:
        field, bench = started(wanted, lambda services: set_up(services, kind.phones, kind.forms), stack)
        requests = _warm(bench, kind, field)
        yield measured(bench, wanted.load, lambda: _send(bench, kind, requests, seconds=wanted.seconds))
        if wanted.load == "formlist":
            known = known_lists(field, bench.port)
            yield measured(bench, "formlist, unchanged", lambda: _send(bench, kind, known, seconds=wanted.seconds))


def started(wanted: Wanted, prepare: Callable[[Services], _World], stack: ExitStack) -> tuple[_World, Bench]:
    """Start an empty database, let *prepare* fill it, and start the server; *stack* ends them."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nepnha-bench-", dir=_ON_DISK)))
    folder.chmod(0o755)
    cluster = folder / "database"
    cluster.mkdir()
    store = stack.enter_context(database.KINDS[wanted.database](cluster))
    port = free_port()
    environment = _environment(store, folder, port)
    services = make_services(read_settings(environment))
    world = prepare(services)
    services.engine.dispose()
    master = stack.enter_context(serving(environment, port, folder / "server.log"))
    return world, Bench(wanted, port, master, store.processes, environment)


def _environment(store: database.Database, folder: Path, port: int) -> dict[str, str]:
    return {
        "NEPNHA_DATABASE_URL": store.url,
        "NEPNHA_MEDIA_URL": f"file:{folder / 'media'}",
        "NEPNHA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NEPNHA_BIND": f"127.0.0.1:{port}",
        "NEPNHA_SECRET_KEY": secrets.token_hex(32),
        "NEPNHA_LOG_LEVEL": "WARNING",
    }


def _warm(bench: Bench, kind: Kind, field: Field) -> tuple[Request, ...]:
    """Let every worker meet the form, and fill the tables as far as wanted; return the requests still to send."""
    wanted = _WARMING_REQUESTS + int(kind.most_per_second * bench.wanted.seconds)
    requests = kind.make(field, wanted)
    first, rest = (
        (requests, requests) if kind.is_repeated else (requests[:_WARMING_REQUESTS], requests[_WARMING_REQUESTS:])
    )
    _send(bench, kind, first, seconds=min(_LONGEST_WARMING_SECONDS, bench.wanted.seconds))
    if bench.wanted.stored:
        services = make_services(read_settings(bench.environment))
        copy_newest(services.engine, bench.wanted.stored)
        services.engine.dispose()
    return rest


def measured(bench: Bench, name: str, send: Callable[[], Outcome], *, stored: int | None = None) -> Figures:
    """Return what it came to when *send* sent its load; *stored* where more records are there than was wanted."""
    everything = (bench.master, *bench.beside)
    with peak_memory(everything) as peak:
        whole, server = cpu_seconds(everything), cpu_seconds([bench.master])
        outcome = send()
        _settle(bench)
        whole, server = cpu_seconds(everything) - whole, cpu_seconds([bench.master]) - server
    answered = len(outcome.latencies)
    accepted = sum(times for status, times in outcome.statuses.items() if status in _SUCCESS)
    return Figures(
        load=name,
        database=bench.wanted.database,
        stored=bench.wanted.stored if stored is None else stored,
        connections=outcome.connections,
        seconds=outcome.seconds,
        answers=outcome.statuses,
        per_second=accepted / outcome.seconds,
        p50_ms=percentile(outcome.latencies, 0.50) * 1000,
        p95_ms=percentile(outcome.latencies, 0.95) * 1000,
        p99_ms=percentile(outcome.latencies, 0.99) * 1000,
        cpu_ms_per_request=whole * 1000 / max(1, answered),
        server_cpu_ms_per_request=server * 1000 / max(1, answered),
        peak_memory_mb=peak[0] / 1_000_000,
    )


def _settle(bench: Bench) -> None:
    """Have PostgreSQL write to its tables what it only logged so far: that too was caused by the load."""
    if bench.wanted.database == "postgresql":
        engine = open_engine(bench.environment["NEPNHA_DATABASE_URL"], connections=1)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
        engine.dispose()


def _send(bench: Bench, kind: Kind, requests: tuple[Request, ...], *, seconds: float) -> Outcome:
    connections = _connections(bench, kind)
    filler = secrets.token_bytes(kind.filler_bytes)
    return drive_apart(Load(bench.port, requests, connections, seconds, filler, kind.is_repeated))


def _connections(bench: Bench, kind: Kind) -> int:
    return bench.wanted.connections or kind.connections
