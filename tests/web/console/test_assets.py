"""The vendored libraries are what their manifest says."""

from __future__ import annotations

import hashlib
import json
import re

from server.web.console.assets import FOLDER, read_assets

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


def test_a_file_asked_for_by_its_hash_is_kept_for_a_year_and_not_asked_for_again(app):
    now = f"/static/console.css?v={read_assets().hashes['console.css']}"
    for asked, kept in ((now, "public, immutable, max-age=31536000"), ("/static/console.css?v=old", "no-store")):
        with app.test_client().get(asked) as answer:
            assert answer.headers["Cache-Control"] == kept


def test_colours_stand_once_for_each_scheme_and_nowhere_else():
    style, where = (
        (FOLDER / "console.css").read_text(encoding="utf-8"),
        (FOLDER / "map.css").read_text(encoding="utf-8"),
    )
    light, dark, rest = re.fullmatch(
        r"(.*?\n\})\n(@media screen and \(prefers-.*?\n\})\n(.*)", style, re.DOTALL
    ).groups()
    written = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)
    named = re.compile(r"(--[a-z_-]+): #")
    assert set(named.findall(dark)) < set(named.findall(light)) | {
        "--sign-back"
    }  # nothing lies behind the sign in the light
    assert not written.findall(rest) + written.findall(where)
