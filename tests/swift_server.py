"""A real S3 server for the tests: OpenStack Swift with its S3 doors, in one process, over one folder.

It checks signatures, completes multipart uploads and survives being killed, which the usual in-memory stand-ins do not;
so what the media store is told here is what a real object store would tell it. It is for tests alone: one copy of
everything, one known key, no TLS. Not part of the server, and never imported by it or by a test:

    python tests/swift_server.py --dir DIR [--port PORT]

prints one JSON line (endpoint_url, region, access_key, secret_key) once an object was written and read back through it,
then serves until it is ended. The same DIR can be served again after any ending. DIR must allow user extended
attributes (ext4, xfs, btrfs do; tmpfs does from Linux 6.6), in which Swift keeps what it knows about an object.
Source: https://docs.openstack.org/swift/latest/ (deployment guide, s3api middleware).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path
from time import time as now

warnings.simplefilter("ignore")  # eventlet announces its own retirement; that is Swift's affair, not ours

import eventlet  # noqa: E402

eventlet.monkey_patch()  # before anything else of Swift's or boto3's opens a socket

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from eventlet import wsgi  # noqa: E402
from swift.account.server import AccountController  # noqa: E402
from swift.common import storage_policy, utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402
from swift.container.server import ContainerController  # noqa: E402
from swift.obj.server import ObjectController  # noqa: E402

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCESS_KEY = "survey:admin"
SECRET_KEY = "only-for-tests"
BACKENDS = {"account": AccountController, "container": ContainerController, "object": ObjectController}
DEVICE = "only"

SWIFT = """
[swift-hash]
swift_hash_path_suffix = tests

[storage-policy:0]
name = only
default = yes
"""

# The order is part of correctness: with `symlink` left of `versioned_writes` a versioned bucket answers empty bodies.
PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache s3api tempauth slo dlo versioned_writes symlink proxy-server

[DEFAULT]
swift_dir = {folder}
log_level = CRITICAL

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = false

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:healthcheck]
use = egg:swift#healthcheck

[filter:cache]
paste.filter_factory = __main__:cache_filter

[filter:s3api]
use = egg:swift#s3api
location = {region}

[filter:tempauth]
use = egg:swift#tempauth
user_survey_admin = {secret} .admin .reseller_admin

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true

[filter:symlink]
use = egg:swift#symlink
"""


class Cache:
    """The few memcache verbs Swift asks for, kept in this one process."""

    def __init__(self):
        self._kept = {}

    def get(self, key, **_):
        """Return what was set under *key*, or None when it was not or its time is over."""
        value, until = self._kept.get(key, (None, None))
        return value if until is None or until > now() else None

    def set(self, key, value, **options):
        """Keep *value* for the *time* in seconds among *options*, for ever when that is 0 or missing."""
        seconds = options.get("time")
        self._kept[key] = (value, now() + seconds if seconds else None)

    def delete(self, key, **_):
        """Forget *key*."""
        self._kept.pop(key, None)


def cache_filter(_global_conf, **_conf):
    """Return the WSGI filter that puts one shared Cache where Swift looks for memcache (tempauth insists on one)."""
    cache = Cache()

    def wrap(app):
        def with_cache(environ, start_response):
            environ["swift.cache"] = cache
            return app(environ, start_response)

        return with_cache

    return wrap


def refuse_without_attributes(folder):
    """End the program with a sentence if *folder* cannot keep user extended attributes."""
    with tempfile.NamedTemporaryFile(dir=folder) as trial:
        try:
            os.setxattr(trial.name, "user.swift.trial", b"1")
        except OSError as error:
            sys.exit(f"{folder} keeps no extended attributes ({error.strerror}); take one on ext4, xfs or btrfs")


def start_backends(folder):
    """Serve the three kinds of ring from *folder*, each on a free port its ring file then names.

    The rings are made anew at every start: with one device the place of everything in them is the same, and so the
    ports may change.
    """
    (folder / DEVICE).mkdir(exist_ok=True)
    conf = {"devices": str(folder), "mount_check": "false", "swift_dir": str(folder), "log_level": "CRITICAL"}
    for name, controller in BACKENDS.items():
        door = eventlet.listen((HOST, 0))
        builder = RingBuilder(4, 1, 0)
        place = {"ip": HOST, "port": door.getsockname()[1], "device": DEVICE}
        builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, **place})
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{name}.ring.gz"))
        eventlet.spawn(wsgi.server, door, controller(conf), log_output=False, debug=False)


def start_proxy(folder, port):
    """Serve S3 on *port* (0: any free one) in front of the backends; return the port and the serving green thread."""
    configuration = folder / "proxy.conf"
    configuration.write_text(PROXY.format(folder=folder, region=REGION, secret=SECRET_KEY), encoding="utf-8")
    app = loadapp(str(configuration))
    door = eventlet.listen((HOST, port))
    return door.getsockname()[1], eventlet.spawn(wsgi.server, door, app, log_output=False, debug=False)


def check_itself(endpoint_url):
    """Write two versions of one object through the S3 door and read both back; raise if either differs."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=10),
    )
    bucket = "self-check"
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):  # the folder was served before
        client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        version = client.put_object(Bucket=bucket, Key="trial", Body=body)["VersionId"]
        kept = client.get_object(Bucket=bucket, Key="trial", VersionId=version)["Body"].read()
        if kept != body:
            sys.exit(f"an object came back as {kept!r} instead of {body!r}")


def leave_with(parent):
    """End this process once its *parent* is gone, so that a killed test run leaves no server behind."""
    while os.getppid() == parent:
        eventlet.sleep(0.5)
    os._exit(0)


def main():
    """Serve until ended; print the address and key as one JSON line when ready."""
    parser = argparse.ArgumentParser(description="A real S3 server (OpenStack Swift) over one folder, for tests.")
    parser.add_argument("--dir", type=Path, required=True, help="the folder that keeps everything; made if missing")
    parser.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1; any free port by default")
    parser.add_argument("--with-parent", action="store_true", help="end when the starting process ends")
    asked = parser.parse_args()
    parent = os.getppid()
    folder = asked.dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    refuse_without_attributes(folder)
    (folder / "swift.conf").write_text(SWIFT, encoding="utf-8")
    utils.set_swift_dir(str(folder))
    storage_policy.reload_storage_policies()
    start_backends(folder)
    port, serving = start_proxy(folder, asked.port)
    endpoint_url = f"http://{HOST}:{port}"
    check_itself(endpoint_url)
    address = {"endpoint_url": endpoint_url, "region": REGION, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    print(json.dumps(address), flush=True)  # noqa: T201
    if asked.with_parent:
        eventlet.spawn(leave_with, parent)
    serving.wait()


if __name__ == "__main__":
    main()
