"""Settings: defaults, every fault at once, nothing secret repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.language.catalogue import load_catalogue
from server.settings import MEGABYTE, SETTINGS, SettingsError, read_settings, sqlite_path

SECRET = "k7Qm2vX9pR4tY8wB1nD6sF3gH5jL0zAc"


def settings(**given):
    return read_settings({"NEPNHA_SECRET_KEY": SECRET, **{f"NEPNHA_{name}": text for name, text in given.items()}})


def faults(**given):
    with pytest.raises(SettingsError) as caught:
        settings(**given)
    return {fault.variable.removeprefix("NEPNHA_"): fault for fault in caught.value.faults}


def test_a_secret_is_all_that_must_be_given():
    read = settings()
    assert read.database_url == "sqlite:///var/nepnha.db"
    assert read.media_url == "file:var/media"
    assert read.bind == "127.0.0.1:8000"
    assert str(read.timezone) == "Asia/Ho_Chi_Minh"


def test_sizes_are_in_bytes_and_times_in_seconds():
    read = settings(ADVERTISED_POST_MB="20", LARGEST_POST_MB="500", SESSION_IDLE_MINUTES="30")
    assert read.advertised_post_bytes == 20 * MEGABYTE
    assert read.largest_post_bytes == 500 * MEGABYTE
    assert read.session_idle_seconds == 1800


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("DATABASE_URL", "mysql://x", "settings.database_url"),
        ("DATABASE_URL", "postgresql://x", "settings.database_url"),
        ("MEDIA_URL", "/var/media", "settings.media_url"),
        ("MEDIA_URL", "s3://", "settings.media_url"),
        ("PUBLIC_URL", "nepnha.example", "settings.public_url"),
        ("PUBLIC_URL", "ftp://nepnha.example", "settings.public_url"),
        ("PUBLIC_URL", "https://nepnha.example/?a=b", "settings.public_url"),
        ("BIND", "8000", "settings.bind"),
        ("BIND", "127.0.0.1:99999", "settings.bind"),
        ("SECRET_KEY", "short", "settings.secret_key"),
        ("SECRET_KEY", "a" * 64, "settings.secret_key"),
        ("TIMEZONE", "Asia/Kon_Tum", "settings.timezone"),
        ("TIMEZONE", "../../etc/passwd", "settings.timezone"),
        ("LARGEST_POST_MB", "0", "settings.number"),
        ("LARGEST_POST_MB", "-1", "settings.number"),
        ("LARGEST_POST_MB", "20 MB", "settings.number"),
        ("LOG_LEVEL", "LOUD", "settings.log_level"),
        ("DATABASE_ULR", "sqlite:///x", "settings.unknown"),
    ],
)
def test_a_wrong_value_is_named(name, text, code):
    assert faults(**{name: text})[name].code == code


def test_every_fault_is_reported_at_once():
    found = faults(BIND="x", TIMEZONE="y", LARGEST_POST_MB="z", COLOUR="blue", SECRET_KEY="w")
    assert set(found) == {"BIND", "TIMEZONE", "LARGEST_POST_MB", "COLOUR", "SECRET_KEY"}


def test_what_may_hold_a_password_is_not_repeated():
    found = faults(SECRET_KEY="hunter2", DATABASE_URL="mysql://me:hunter2@db/x", MEDIA_URL="ftp://me:hunter2@s3/x")
    assert [fault.value for fault in found.values()] == ["", "", ""]


def test_a_missing_secret_is_a_fault():
    with pytest.raises(SettingsError) as caught:
        read_settings({})
    assert [(one.variable, one.code) for one in caught.value.faults] == [("NEPNHA_SECRET_KEY", "settings.missing")]


def test_other_variables_are_nobody_s_business():
    assert read_settings({"NEPNHA_SECRET_KEY": SECRET, "PATH": "/bin", "XNEPNHA_FOO": "1"}).secret_key == SECRET


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_fault_has_a_sentence(language):
    catalogue = load_catalogue()
    codes = {"settings.missing", "settings.unknown", "settings.number"}
    codes |= {f"settings.{name}" for name in ("database_url", "media_url", "public_url", "bind", "secret_key")}
    codes |= {"settings.timezone", "settings.log_level"}
    assert [code for code in codes if not catalogue.has(code, language)] == []


@pytest.mark.parametrize(
    ("url", "is_https", "host"),
    [("https://nepnha.example/", True, "nepnha.example"), ("http://192.0.2.7:8000", False, "192.0.2.7")],
)
def test_the_public_address_says_how_it_is_reached(url, is_https, host):
    read = settings(PUBLIC_URL=url)
    assert (read.is_https, read.host) == (is_https, host)
    assert not read.public_url.endswith("/")


def test_a_sqlite_address_names_its_file():
    assert sqlite_path("sqlite:///var/nepnha.db") == Path("var/nepnha.db")
    assert sqlite_path("sqlite:////srv/nepnha.db") == Path("/srv/nepnha.db")
    assert sqlite_path("postgresql+psycopg://db/nepnha") is None


def test_every_setting_says_what_it_is_for():
    assert [one.variable for one in SETTINGS.values() if len(one.meaning) < 10] == []
