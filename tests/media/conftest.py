"""What every test of the media store starts from: a store of each kind, and a way to put content into it."""

from __future__ import annotations

from contextlib import closing

import pytest

from server.media.opening import open_store
from server.media.put_all import put_all
from server.media.store import folder_of

FOLDER = folder_of(1, sensitive_form_id=None)


def pytest_configure(config):
    """Load the S3 fixtures, unless the whole suite has done so already."""
    if not config.pluginmanager.has_plugin("tests.s3_fixture"):
        config.pluginmanager.import_plugin("tests.s3_fixture")


@pytest.fixture
def local_store(tmp_path):
    """A store over local files."""
    return open_store(f"file:{tmp_path}/media", tmp_path / "arriving")


@pytest.fixture
def s3_store(s3_bucket, tmp_path):
    """A store over a real object store."""
    with closing(open_store(s3_bucket.url(), tmp_path / "arriving")) as store:
        yield store


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.s3)])
def store(request):
    """A store of each kind in turn: the contract does not ask which."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture
def put():
    """Return a function that puts some bytes into a store and returns where they were placed."""

    def put_content(store, content, folder=FOLDER):
        with store.incoming() as file:
            file.write(content)
            (placed,) = put_all(store, [file], folder=folder)
        return placed

    return put_content
