"""Fixtures around a real S3 server: one Swift process for the run, one fresh bucket for each test.

A pytest plugin, so that any test folder may ask for `s3_server` or `s3_bucket`; the server starts with the first test
that does. `SwiftProcess` is for tests that end a server of their own and start it again.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

LAUNCHER = Path(__file__).with_name("swift_server.py")
START_WITHIN_SECONDS = 60  # it takes one; a busy machine may take its time


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where an S3 server listens, and a key it accepts."""

    endpoint_url: str
    region: str
    access_key: str
    secret_key: str

    def client(self):
        """Return a plain boto3 client, to look at the server past the code under test."""
        return boto3.Session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """A bucket of the server that nobody else uses."""

    server: S3Server
    name: str

    def url(self, *, prefix="media", **changes):
        """Return the MEDIA_URL of *prefix* in this bucket, with some of its parameters changed."""
        server = self.server
        given = {
            "endpoint_url": server.endpoint_url,
            "region": server.region,
            "access_key": server.access_key,
            "secret_key": server.secret_key,
        }
        return f"s3://{self.name}/{prefix}?{urlencode(given | changes, quote_via=quote)}"


class SwiftProcess:
    """The S3 server as a process over *folder*; it can be killed and started again with all it had."""

    def __init__(self, folder):
        self._folder = folder
        self._process = None

    def start(self, port=0):
        """Start it, wait until it has checked itself, and return its address."""
        command = [sys.executable, str(LAUNCHER), "--dir", str(self._folder), "--port", str(port), "--with-parent"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready, _, _ = select.select([self._process.stdout], [], [], START_WITHIN_SECONDS)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self._process.kill()
            pytest.fail(f"the S3 server did not start: {self._process.communicate()[1]}")
        return S3Server(**json.loads(line))

    def kill(self):
        """End it as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.communicate()
            self._process = None


def folder_with_attributes(preferred):
    """Return a folder that keeps user extended attributes, as Swift needs: *preferred*, or one beside the tests."""
    for parent in (preferred, Path("/var/tmp"), LAUNCHER.parent.parent / "var"):
        parent.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="swift-", dir=parent))
        try:
            os.setxattr(folder, "user.swift.trial", b"1")
        except OSError:
            folder.rmdir()
            continue
        return folder
    return pytest.fail("no folder with user extended attributes was found for the S3 server (ext4, xfs, btrfs)")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """One S3 server for the whole run."""
    folder = folder_with_attributes(tmp_path_factory.getbasetemp())
    process = SwiftProcess(folder)
    yield process.start()
    process.kill()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def s3_client(s3_server):
    """A plain boto3 client of the server."""
    with closing(s3_server.client()) as client:
        yield client


@pytest.fixture
def s3_bucket(s3_server, s3_client):
    """A fresh bucket."""
    name = f"test-{uuid4().hex}"
    s3_client.create_bucket(Bucket=name)
    return S3Bucket(s3_server, name)
