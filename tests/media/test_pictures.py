"""Smaller copies of photos: upright, without the camera's notes, and nothing a hostile picture could do."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from PIL import Image

from server.media.pictures import LARGEST_SOURCE, smaller_picture, without_notes

NOTES = (b"Exif", b"http://ns.adobe.com/xap", b"secret-camera", b"secret-comment")


def photo(kind="JPEG", size=(1200, 900)):
    """Return a photo taken with the camera on its side, its left half red, with all a camera notes."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    notes = Image.Exif()
    notes[0x0112], notes[0x010F] = 6, "secret-camera"
    place = notes.get_ifd(0x8825)
    place[1], place[2] = "N", (14.0, 20.0, 1.0)
    written = BytesIO()
    more = {"comment": b"secret-comment", "xmp": b"http://ns.adobe.com/xap/1.0/secret"} if kind == "JPEG" else {}
    picture.save(written, kind, exif=notes, **more)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_copy_is_small_upright_and_tells_nothing_of_the_camera(kind):
    source = photo(kind)
    assert b"secret-camera" in source
    made = smaller_picture(source, side=120)
    assert not any(one in made for one in NOTES)
    with Image.open(BytesIO(made)) as copy:
        assert (copy.format, copy.size, dict(copy.getexif())) == ("JPEG", (90, 120), {})
        red, _, blue = copy.convert("RGB").getpixel((45, 10))
        assert (red > 200, blue < 80) == (True, True), "what was left is above, once turned"


def png_that_says(width, height):
    """Return a PNG of little more than a head that says how large it is."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def flood(width=9000, height=9000):
    written = BytesIO()
    Image.new("1", (width, height)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + bytes(100),
        b"\xff\xd8\xff\xe0" + bytes(200) + b"\xff\xd9",
        photo()[:2000],
        flood(),
        png_that_says(65_000, 65_000),
        png_that_says(2**31 - 1, 2**31 - 1),
        b"\xff\xd8" + bytes(LARGEST_SOURCE),
    ],
    ids=["empty", "svg", "gif", "zeros", "cut", "flood", "says-much", "says-most", "too-large"],
)
def test_what_is_no_picture_or_too_much_of_one_has_no_copy(source):
    assert smaller_picture(source, side=320) is None


ASK_FOR_MEMORY = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


def test_the_largest_that_is_decoded_keeps_within_300_megabytes(tmp_path):
    source = tmp_path / "large.png"
    Image.new("RGBA", (6000, 4000), (255, 0, 0, 90)).save(source, "PNG", compress_level=1)
    command = [sys.executable, "-m", "server.media.picture_child", "320", str(640 * 2**20), "10"]
    # Linux counts for a child what its parent held: the parent asked is a small one.
    asking = [sys.executable, "-c", ASK_FOR_MEMORY, *command]
    with source.open("rb") as taken:
        asked = subprocess.run(asking, stdin=taken, capture_output=True, check=True)
    assert asked.stdout[:2] == b"\xff\xd8"
    assert int(asked.stderr) < 300 * 1024


def test_a_jpeg_loses_its_notes_even_where_it_cannot_be_decoded():
    source = photo()
    assert not any(one in without_notes(source) for one in NOTES)
    with Image.open(BytesIO(without_notes(source))) as kept:
        assert kept.size == (1200, 900)
    assert not any(one in without_notes(source[:3000]) for one in NOTES)


@pytest.mark.parametrize(
    "source", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1", b"\xff\xd8\xff\xe1\x00\x00x", b"no jpeg", photo("PNG")]
)
def test_other_bytes_are_left_as_they_are_or_cut_where_they_end(source):
    assert source.startswith(without_notes(source)[:2])
