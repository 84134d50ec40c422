"""The parts of a server as tests open them: settings, a clock that stands still until it is moved, services."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

SECRET = "k7Qm2vX9pR4tY8wB1nD6sF3gH5jL0zAc"
_DIALECTS: dict[str, Dialect] = {}
_COMPILED: dict[object, object] = {}


@dataclass
class Clock:
    """A clock for tests; 2026-10-05 is a Monday in a year after the merger of communes."""

    at: datetime = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time now."""
        return self.at

    def advance(self, **how_long: float) -> None:
        """Turn the clock on."""
        self.at += timedelta(**how_long)


def environment_of(database_url, media):
    """Return the settings of a server over this database and this folder of media."""
    return {
        "NEPNHA_DATABASE_URL": database_url,
        "NEPNHA_MEDIA_URL": f"file:{media}",
        "NEPNHA_PUBLIC_URL": "http://field.test:8000",
        "NEPNHA_SECRET_KEY": SECRET,
    }


def with_shared_statements(engine):
    """Return an engine that uses what others of its kind have compiled.

    Each would compile the same statements anew, for a test or two: a fifth of a test's time, measured.
    """
    kind = engine.dialect.name
    if kind not in _DIALECTS:
        engine.connect().close()  # now the dialect knows what this database can do
        _DIALECTS[kind] = engine.dialect
    engine.dialect = _DIALECTS[kind]  # statements are kept by dialect
    engine.update_execution_options(compiled_cache=_COMPILED)
    return engine


@contextmanager
def opened(database_url, media, clock):
    """Services over a database and a media folder."""
    from server.operations.open_services import make_services
    from server.settings import read_settings

    services = make_services(read_settings(environment_of(database_url, media)))
    with_shared_statements(services.engine)
    yield replace(services, now=clock, catalogue=services.catalogue.strict())
    services.engine.dispose()
    services.media.close()
