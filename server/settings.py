"""Settings, read once at start-up and checked all together.

Every setting is an environment variable ``NEPNHA_…``; `Settings.read` takes the mapping, so that only the two doors
(`server.wsgi`, `server.cli`) read the environment. All faults are reported at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MEGABYTE = 1_000_000
_SECRET_CHARACTERS = 32
_DATABASES = ("sqlite:///", "postgresql+psycopg://")
_LAST_PORT = 65535
_LONGEST_LINE = 200
_ORIGIN = re.compile(r"^[0-9A-Za-z.-]+(:\d{1,5})?$")
"""A host and maybe a port, with nothing a header could be ended by."""
_BIND = re.compile(r"^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$")


@dataclass(frozen=True, slots=True)
class SettingFault:
    """One wrong setting: its variable, a code for the catalogue, and the value where it may be shown."""

    variable: str
    code: str
    value: str = ""


class SettingsError(Exception):
    """Some settings are wrong; `faults` lists every one of them."""

    def __init__(self, faults: tuple[SettingFault, ...]) -> None:
        super().__init__(", ".join(f"{fault.variable}: {fault.code}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server was told. Sizes are in bytes, durations in seconds."""

    database_url: str
    media_url: str
    public_url: str
    """What phones and browsers call this server, without a trailing slash."""
    bind: str
    secret_key: str
    timezone: ZoneInfo
    advertised_post_bytes: int
    """Collect splits a record's files into POSTs of at most this many bytes."""
    largest_post_bytes: int
    largest_xml_bytes: int
    session_idle_seconds: int
    boundary_margin_m: int
    """How far outside its commune a record's spot may lie before that is remarked."""
    tile_url: str
    """Where browsers fetch the ground under the map: a template with {z}, {x} and {y}; empty: nowhere."""
    tile_credit: str
    database_connections: int
    log_level: str

    @property
    def is_https(self) -> bool:
        """Tell whether people reach this server over TLS."""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """Return the host name phones use, without a port."""
        return urlsplit(self.public_url).hostname or ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: its default (None: must be given), how it is read, and what it is for (English, for the README)."""

    variable: str
    default: str | None
    read: Callable[[str], object]
    meaning: str


def _database(text: str) -> str:
    if not text.startswith(_DATABASES):
        raise ValueError("settings.database_url")
    return text


def _media(text: str) -> str:
    if not text.startswith(("file:", "s3://")) or text in {"file:", "s3://"}:
        raise ValueError("settings.media_url")
    return text


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("settings.public_url")
    return text.rstrip("/")


def _bind(text: str) -> str:
    if not _BIND.match(text) or int(text.rpartition(":")[2]) > _LAST_PORT:
        raise ValueError("settings.bind")
    return text


def _secret(text: str) -> str:
    if len(text) < _SECRET_CHARACTERS or len(set(text)) < _SECRET_CHARACTERS // 4:
        raise ValueError("settings.secret_key")
    return text


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("settings.timezone") from None


def _megabytes(text: str) -> int:
    return _number(text) * MEGABYTE


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError("settings.number")
    return int(text)


def _minutes(text: str) -> int:
    return _number(text) * 60


def _tiles(text: str) -> str:
    parts = urlsplit(text)
    is_template = all(text.count(one) == 1 for one in ("{z}", "{x}", "{y}"))
    if text and not (parts.scheme in {"http", "https"} and _ORIGIN.match(parts.netloc) and is_template):
        raise ValueError("settings.tile_url")
    return text


def _line(text: str) -> str:
    if len(text) > _LONGEST_LINE or not text.isprintable():
        raise ValueError("settings.line")
    return text


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("settings.log_level")
    return text.upper()


SETTINGS: Mapping[str, Setting] = {
    "database_url": Setting(
        "NEPNHA_DATABASE_URL",
        "sqlite:///var/nepnha.db",
        _database,
        "where records are kept: `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`",
    ),
    "media_url": Setting(
        "NEPNHA_MEDIA_URL",
        "file:var/media",
        _media,
        "where photos and files are kept: `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint_url=URL`",
    ),
    "public_url": Setting(
        "NEPNHA_PUBLIC_URL", "http://127.0.0.1:8000", _public_url, "the address phones and browsers use"
    ),
    "bind": Setting("NEPNHA_BIND", "127.0.0.1:8000", _bind, "the address and port the server listens on"),
    "secret_key": Setting(
        "NEPNHA_SECRET_KEY",
        None,
        _secret,
        "at least 32 random characters; signs forms and links, the same on all workers",
    ),
    "timezone": Setting(
        "NEPNHA_TIMEZONE", "Asia/Ho_Chi_Minh", _timezone, "zone of dates, periods and displays; times are kept in UTC"
    ),
    "advertised_post_bytes": Setting(
        "NEPNHA_ADVERTISED_POST_MB", "20", _megabytes, "megabytes Collect puts into one POST before it splits"
    ),
    "largest_post_bytes": Setting(
        "NEPNHA_LARGEST_POST_MB", "500", _megabytes, "megabytes over which a POST is refused"
    ),
    "largest_xml_bytes": Setting(
        "NEPNHA_LARGEST_XML_MB", "8", _megabytes, "megabytes over which an instance is refused"
    ),
    "session_idle_seconds": Setting(
        "NEPNHA_SESSION_IDLE_MINUTES", "30", _minutes, "minutes without a click after which the console signs out"
    ),
    "boundary_margin_m": Setting(
        "NEPNHA_BOUNDARY_MARGIN_M",
        "200",
        _number,
        "metres a record may lie outside its commune, beside what the phone may be off, before it is marked",
    ),
    "tile_url": Setting(
        "NEPNHA_TILE_URL",
        "",
        _tiles,
        "tiles under the map, with `{z}`, `{x}`, `{y}`; empty: none, and no browser asks anywhere else",
    ),
    "tile_credit": Setting("NEPNHA_TILE_CREDIT", "", _line, "whose tiles they are, as their licence asks to say it"),
    "database_connections": Setting(
        "NEPNHA_DATABASE_CONNECTIONS", "20", _number, "PostgreSQL connections each worker process may open"
    ),
    "log_level": Setting("NEPNHA_LOG_LEVEL", "INFO", _level, "DEBUG, INFO, WARNING or ERROR"),
}
"""Every setting by the name of its field in `Settings`."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of *environment*; raises `SettingsError` with every fault found."""
    values: dict[str, object] = {}
    faults = list(_unknown_variables(environment))
    for name, setting in SETTINGS.items():
        text = environment.get(setting.variable, setting.default)
        if text is None:
            faults.append(SettingFault(setting.variable, "settings.missing"))
            continue
        try:
            values[name] = setting.read(text)
        except ValueError as fault:
            shown = "" if name in {"secret_key", "database_url", "media_url"} else text
            faults.append(SettingFault(setting.variable, str(fault), shown))
    if faults:
        raise SettingsError(tuple(faults))
    return Settings(**values)  # type: ignore[arg-type]  # each reader returns its field's type


def _unknown_variables(environment: Mapping[str, str]) -> list[SettingFault]:
    known = {setting.variable for setting in SETTINGS.values()}
    return [
        SettingFault(variable, "settings.unknown")
        for variable in sorted(environment)
        if variable.startswith("NEPNHA_") and variable not in known
    ]


def sqlite_path(database_url: str) -> Path | None:
    """Return the file of a SQLite address, None for another database."""
    return Path(database_url.removeprefix("sqlite:///")) if database_url.startswith("sqlite:///") else None


assert {one.name for one in fields(Settings)} == set(SETTINGS), "a field without a variable, or the reverse"
