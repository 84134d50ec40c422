"""Where media is kept, as one setting: `file:var/media` or `s3://bucket/prefix?endpoint_url=…`.

Reads the text into a value that can be opened without further checks, and hides its secrets for logs. It opens nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from server.errors import InvalidInput

SECRET = re.compile(r"((?:access_key|secret_key)=)[^&]*", re.IGNORECASE)
S3_PARAMETERS = frozenset({"endpoint_url", "region", "access_key", "secret_key"})
REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.IGNORECASE | re.ASCII)
# Stores without regions of their own accept this one.
USUAL_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """A folder of this machine."""

    root: Path


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket, and the prefix below which our keys begin ("" for none).

    Without a key pair, boto3 looks in the usual AWS environment and files; without an endpoint, it is Amazon's.
    """

    bucket: str
    prefix: str
    endpoint_url: str | None
    region: str
    access_key: str | None = field(repr=False)
    secret_key: str | None = field(repr=False)


def read_address(url: str) -> LocalAddress | S3Address:
    """Return what *url* names.

    Errors, none of which repeats the URL: ``media.url_scheme`` (neither file: nor s3:), ``media.url_path`` (no folder,
    or a host before it), ``media.url_bucket`` (no bucket), ``media.url_parameter`` (*name* is unknown, or given twice),
    ``media.url_endpoint`` (not http:// or https:// and a host), ``media.url_region`` (not a region's name),
    ``media.url_key`` (one half of the key pair without the other).
    """
    parts = _split(url, "media.url_scheme")
    if parts.scheme == "file":
        if parts.netloc or not parts.path:
            raise InvalidInput("media.url_path")
        return LocalAddress(Path(unquote(parts.path)))
    if parts.scheme != "s3":
        raise InvalidInput("media.url_scheme", scheme=parts.scheme)
    if not parts.netloc:
        raise InvalidInput("media.url_bucket")
    return _s3_address(parts.netloc, unquote(parts.path).strip("/"), _parameters(parts.query))


def redacted(url: str) -> str:
    """Return *url* without its keys, fit for a log or a screen, even if it cannot be read."""
    return SECRET.sub(r"\1***", url)


def _s3_address(bucket: str, prefix: str, given: dict[str, str]) -> S3Address:
    access_key, secret_key = given.get("access_key"), given.get("secret_key")
    if (access_key is None) != (secret_key is None):
        raise InvalidInput("media.url_key")
    endpoint_url = given.get("endpoint_url")
    if endpoint_url is not None:
        endpoint = _split(endpoint_url, "media.url_endpoint")
        if endpoint.scheme not in {"http", "https"} or not endpoint.hostname:
            raise InvalidInput("media.url_endpoint")
    region = given.get("region", USUAL_REGION)
    if REGION.fullmatch(region) is None:
        raise InvalidInput("media.url_region")
    return S3Address(bucket, prefix, endpoint_url, region, access_key, secret_key)


def _split(url: str, code: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # a bracket that opens and does not close
        raise InvalidInput(code) from None


def _parameters(query: str) -> dict[str, str]:
    """Return the parameters of *query*. A plus sign stays one: secret keys contain them, and nobody escapes them."""
    given: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name not in S3_PARAMETERS or name in given:
            raise InvalidInput("media.url_parameter", name=name)
        given[name] = unquote(value)
    return given
