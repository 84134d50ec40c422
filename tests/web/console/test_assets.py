"""The vendored libraries are what their manifest says."""

from __future__ import annotations

import hashlib
import json

from server.web.console.assets import FOLDER

VENDOR = FOLDER / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))


def test_every_vendored_file_is_listed_with_version_licence_and_hash():
    listed = {one["file"]: one for one in MANIFEST}
    held = {path.name for path in VENDOR.iterdir()} - {"manifest.json"}
    assert held == set(listed) | {one["licence_file"] for one in MANIFEST}
    for name, one in listed.items():
        assert one["sha256"] == hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
        assert one["version"]
        assert one["licence"]
