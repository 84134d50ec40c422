"""Media in an S3-compatible object store: Swift, Ceph, Garage, MinIO or a cloud's own.

Only what all of those do is asked of them: PUT, multipart, ranged GET, HEAD, DELETE, LIST, presigned GET; no checksums
of the server's, no conditional writes. The request signature covers the SHA-256 of every body, so a body changed or
cut on the way is refused by the store and nothing readable comes of it; our own hash travels as metadata. This is the
only importer of boto3, and is itself imported only where an `s3://` address is opened.
Source: Amazon S3 API Reference, API version 2006-03-01; Signature Version 4.
"""

from __future__ import annotations

import io
import logging
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.session import get_session

from server.errors import NotFound, Unavailable
from server.media.disk import disk_faults, make_root
from server.media.incoming import IncomingFile, receive_into, sweep
from server.media.store import MediaKey, checked_key, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer
    from botocore.loaders import Loader
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

    from server.media.address import S3Address

log = logging.getLogger(__name__)

MULTIPART_OVER_BYTES = 16 * 2**20
SPOOL_LIMIT_BYTES = 50 * 2**20
READ_AHEAD_BYTES = 256 * 2**10
# A sweeper takes what is old and unreferenced. Content found in place is put anew when it is older than this, so that
# it cannot be swept between being found and being recorded.
YOUNG = timedelta(days=1)
MISSING = frozenset({"404", "NoSuchKey"})
PAST_THE_END = "InvalidRange"
FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "507"})


class S3Store:
    """A MediaStore over one bucket, or over one prefix of it."""

    spool_limit_bytes = SPOOL_LIMIT_BYTES

    def __init__(self, address: S3Address, incoming: Path) -> None:
        """Prepare connections to *address*; *incoming* receives files before they are sent, and is made if missing."""
        self._bucket = address.bucket
        self._prefix = f"{address.prefix}/" if address.prefix else ""
        self._incoming = incoming
        with _store_faults("configure"):
            self._client = _client(address)
        self._transfer = TransferConfig(
            multipart_threshold=MULTIPART_OVER_BYTES, multipart_chunksize=MULTIPART_OVER_BYTES, use_threads=False
        )
        with disk_faults():
            make_root(incoming)

    def incoming(self) -> IncomingFile:
        """Return a new empty file on this machine's disk."""
        return receive_into(self._incoming)

    def sweep_incoming(self, *, written_before: datetime) -> int:
        """Remove what dead processes left half received on this machine."""
        return sweep(self._incoming, written_before=written_before)

    def put_file(self, path: Path, key: MediaKey, *, size_bytes: int) -> None:
        """Send the file, in parts over 16 MB, unless an object of that size was put there within a day."""
        name = self._name(key)
        metadata = {"sha256": sha256_of(key)}
        with _store_faults("put"):
            if self._is_young(name, size_bytes):
                return
            if size_bytes > MULTIPART_OVER_BYTES:
                extra = {"Metadata": metadata}
                self._client.upload_file(str(path), self._bucket, name, ExtraArgs=extra, Config=self._transfer)
                return
            with path.open("rb") as body:
                answer = self._client.put_object(
                    Bucket=self._bucket, Key=name, Body=body, ContentLength=size_bytes, Metadata=metadata
                )
        if "ETag" not in answer:  # something between us and the store said 200, as gateways and portals do
            raise _refusal("put", "NoETag")

    def open(self, key: MediaKey, start: int = 0, end: int | None = None) -> BinaryIO:
        """Return a reader of the object, or of the range of it, that holds a connection until it is closed."""
        if end is not None and end <= start:
            return self._nothing_of(key)
        byte_range = f"bytes={start}-{'' if end is None else end - 1}"
        with _store_faults("open"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key), Range=byte_range)
            except ClientError as error:
                if _code(error) in MISSING:
                    raise NotFound("media.missing", key=key) from None
                if _code(error) == PAST_THE_END:
                    return io.BytesIO()
                raise
        return io.BufferedReader(ObjectBody(answer["Body"]), READ_AHEAD_BYTES)

    def head(self, key: MediaKey) -> int | None:
        """Return the size of the object."""
        with _store_faults("head"):
            try:
                return self._client.head_object(Bucket=self._bucket, Key=self._name(key))["ContentLength"]
            except ClientError as error:
                if _code(error) in MISSING:
                    return None
                raise

    def delete(self, key: MediaKey) -> None:
        """Remove the object; S3 does not say whether there was one."""
        with _store_faults("delete"):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))

    def presigned_get(self, key: MediaKey, *, seconds: int, filename: str, content_type: str) -> str:
        """Return a signed address for a browser; made here, without asking the store."""
        asked = {
            "Bucket": self._bucket,
            "Key": self._name(key),
            "ResponseContentDisposition": download_as(filename),
            "ResponseContentType": content_type,
        }
        with _store_faults("presign"):
            return self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)

    def keys(self, prefix: str, *, put_before: datetime) -> Iterator[MediaKey]:
        """Yield the keys that begin with *prefix*, asking for a thousand at a time."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{self._prefix}{prefix}"
        )
        with _store_faults("list"):
            for page in pages:
                for found in page.get("Contents", ()):
                    if found["LastModified"] < put_before:
                        yield checked_key(found["Key"].removeprefix(self._prefix))

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    def _name(self, key: MediaKey) -> str:
        return self._prefix + checked_key(key)

    def _is_young(self, name: str, size_bytes: int) -> bool:
        """Tell whether an object of that size stands there and was put lately, by the store's own clock."""
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            if _code(error) in MISSING:
                return False
            raise
        answered = found["ResponseMetadata"]["HTTPHeaders"].get("date")
        if answered is None or "LastModified" not in found:
            return False
        return found["ContentLength"] == size_bytes and parsedate_to_datetime(answered) - found["LastModified"] < YOUNG

    def _nothing_of(self, key: MediaKey) -> BinaryIO:
        """Return an empty reader, if there is such an object; an empty range cannot be written in HTTP."""
        if self.head(key) is None:
            raise NotFound("media.missing", key=key)
        return io.BytesIO()


class ObjectBody(io.RawIOBase):
    """The body of a GET as a raw stream, whose network failures are ``media.unavailable``."""

    def __init__(self, body: StreamingBody) -> None:
        super().__init__()
        self._body = body

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill *buffer* with what has come and return how many bytes that is."""
        view = memoryview(buffer).cast("B")
        with _store_faults("read"):
            chunk = self._body.read(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Give the connection back, or end it when bytes are still to come."""
        if not self.closed:
            self._body.close()
        super().close()


def download_as(filename: str) -> str:
    """Return the Content-Disposition that saves a response under *filename*, Vietnamese letters included (RFC 6266).

    Always a download: nothing a phone sent is ever shown as a page in the store's name.
    """
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in filename)
    quoted = plain.replace("\\", "_").replace('"', "_")
    return f"attachment; filename=\"{quoted}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _client(address: S3Address) -> S3Client:
    """Return a client of its own session; a key missing from *address* comes from the usual AWS places."""
    session = get_session()
    session.register_component("data_loader", _descriptions())
    client = boto3.Session(botocore_session=session).client(
        "s3",
        endpoint_url=address.endpoint_url,
        region_name=address.region,
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path", "payload_signing_enabled": True},
            connect_timeout=3,
            read_timeout=20,
            retries={"total_max_attempts": 2, "mode": "standard"},
            max_pool_connections=64,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    client.meta.events.register("before-call.s3.HeadBucket", _refuse_redirect)
    return client


@cache
def _descriptions() -> Loader:
    """Return the reader of what botocore knows of services: megabytes of JSON, which it keeps once it has read them."""
    return create_loader()


def _refuse_redirect(**_: object) -> None:
    """Refuse the HeadBucket with which botocore, once redirected without a region, looks for one.

    We never ask for it ourselves. A door that redirects everything, as http: to https: does, would be asked again from
    within its own answer until the stack is full (seen with botocore 1.44).
    """
    raise _refusal("redirect", "Redirected")


@contextmanager
def _store_faults(operation: str) -> Iterator[None]:
    """Turn what boto3 and the network raise into ``media.full`` or ``media.unavailable``.

    The reason is a code or a class name: the messages carry addresses and keys, which no log should.
    """
    try:
        yield
    except ClientError as error:
        raise _refusal(operation, _code(error)) from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        raise _refusal(operation, type(error).__name__) from error


def _refusal(operation: str, reason: str) -> Unavailable:
    code = "media.full" if reason in FULL else "media.unavailable"
    log.warning(code, extra={"operation": operation, "reason": reason})
    return Unavailable(code, reason=reason)


def _code(error: ClientError) -> str:
    """Return S3's error code; for an answer without a body, as to HEAD, that is the HTTP status."""
    return error.response["Error"]["Code"]
