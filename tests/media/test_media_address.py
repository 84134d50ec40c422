"""MEDIA_URL, read into an address, and shown without its keys."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from server.errors import InvalidInput
from server.media.address import LocalAddress, S3Address, read_address, redacted

HERE = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("file:var/media", LocalAddress(Path("var/media"))),
        ("file:/srv/nepnha/media", LocalAddress(Path("/srv/nepnha/media"))),
        ("file:///srv/nepnha/media", LocalAddress(Path("/srv/nepnha/media"))),
        ("file:var/%E1%BA%A3nh%20nh%C3%A0", LocalAddress(Path("var/ảnh nhà"))),
        ("s3://kho", S3Address("kho", "", None, "us-east-1", None, None)),
        ("s3://kho/", S3Address("kho", "", None, "us-east-1", None, None)),
        (
            f"s3://kho/tinh/media/?endpoint_url={HERE}&region=vn-1&access_key=survey:admin&secret_key=a+b/c%26d==",
            S3Address("kho", "tinh/media", HERE, "vn-1", "survey:admin", "a+b/c&d=="),
        ),
    ],
)
def test_an_address_is_read(url, address):
    assert read_address(url) == address


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "media.url_scheme"),
        ("var/media", "media.url_scheme"),
        ("https://kho/media", "media.url_scheme"),
        ("file:", "media.url_path"),
        ("file://other-machine/media", "media.url_path"),
        ("s3:kho/media", "media.url_bucket"),
        ("s3:///media", "media.url_bucket"),
        ("s3://kho?endpoint=x", "media.url_parameter"),
        ("s3://kho?region=a&region=b", "media.url_parameter"),
        ("s3://[kho", "media.url_scheme"),
        ("s3://kho?endpoint_url=127.0.0.1:8080", "media.url_endpoint"),
        ("s3://kho?endpoint_url=http://[", "media.url_endpoint"),
        ("s3://kho?endpoint_url=", "media.url_endpoint"),
        ("s3://kho?region=", "media.url_region"),
        ("s3://kho?region=a/b", "media.url_region"),
        ("s3://kho?access_key=a", "media.url_key"),
        ("s3://kho?secret_key=very-secret", "media.url_key"),
    ],
)
def test_a_wrong_address_is_refused_without_repeating_it(url, code):
    with pytest.raises(InvalidInput) as refusal:
        read_address(url)
    assert refusal.value.code == code
    assert "very-secret" not in str(refusal.value)


def test_keys_are_not_shown():
    url = "s3://kho/p?access_key=AAA&endpoint_url=http://h&secret_key=BBB/+=="
    assert redacted(url) == "s3://kho/p?access_key=***&endpoint_url=http://h&secret_key=***"
    assert redacted("nonsense secret_key=BBB") == "nonsense secret_key=***"
    assert redacted("file:var/media") == "file:var/media"
    assert "BBB" not in repr(read_address(url))
    assert "AAA" not in repr(read_address(url))


def test_local_media_does_not_load_boto3(tmp_path):
    script = (
        "import sys; from pathlib import Path; from server.media.opening import open_store;"
        f"open_store('file:{tmp_path}/media', Path('{tmp_path}')); print('boto3' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"
