"""The vendored libraries are what their manifest says."""

from __future__ import annotations

import gzip
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


def test_what_every_page_needs_comes_packed_to_whoever_takes_it(app):
    """The first page over a slow line brings it all; a browser that says nothing gets it as it is."""
    sizes = {True: 0, False: 0}
    for name in ("vendor/pico.min.css", "console.css", "vendor/htmx.min.js", "console.js"):
        address, content = f"/static/{name}?v={read_assets().hashes[name]}", (FOLDER / name).read_bytes()
        for takes, said in ((True, "br, gzip"), (False, "gzip;q=0"), (False, "")):
            with app.test_client().get(address, headers={"Accept-Encoding": said}) as answer:
                assert answer.headers.get("Content-Encoding") == ("gzip" if takes else None)
                assert (gzip.decompress(answer.data) if takes else answer.data) == content
                assert ("immutable" in answer.headers["Cache-Control"], answer.headers["Vary"]) == (
                    True,
                    "Accept-Encoding",
                )
                assert answer.mimetype in {"text/css", "text/javascript"}
                sizes[takes] += len(answer.data)
    assert sizes[True] < 50_000 < sizes[False] / 2


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
