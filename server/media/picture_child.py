"""The child process in which photos are decoded: whatever a hostile picture does, it does it here.

It reads a picture from standard input and writes a smaller JPEG to standard output: turned as the camera was held, and
with nothing of what the camera noted (place, time, serial number). Its arguments are the longest side in pixels, and
the memory and processor time it may take. It ends with 1 for what is no picture it knows. Its only caller is
`server.media.pictures`, which watches the clock.
"""

from __future__ import annotations

import resource
import sys
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

KINDS: Final = ("JPEG", "PNG", "WEBP")
MOST_PIXELS: Final = 24_000_000
"""Decoded at once: of a JPEG these are those of the next size above what is asked for, of others all there are."""
_MOST_SAID: Final = 200_000_000
"""What a picture may say that it has; phones of today take twelve to two hundred million."""
_QUALITY: Final = 82
_WHITE: Final = (255, 255, 255)


def main() -> None:
    """Answer the one request."""
    side, memory_bytes, cpu_seconds = (int(one) for one in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        made = smaller(sys.stdin.buffer.read(), side)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, MemoryError):
        sys.exit(1)
    sys.stdout.buffer.write(made)


def smaller(source: bytes, side: int) -> bytes:
    """Return the picture as a JPEG no longer than *side*; raises what Pillow raises for what it cannot show.

    Bytes of pictures alone are passed on: no EXIF, XMP, IPTC, comment, colour profile or thumbnail of the camera's.
    """
    Image.MAX_IMAGE_PIXELS = _MOST_SAID
    with Image.open(BytesIO(source), formats=KINDS) as picture:
        picture.draft("RGB", (side, side))
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        picture.thumbnail((side, side))
        turned = ImageOps.exif_transpose(picture)
        plain = Image.new("RGB", turned.size, _WHITE)
        plain.paste(turned.convert("RGB"), mask=turned.getchannel("A") if turned.mode in {"RGBA", "LA"} else None)
    written = BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
