"""Templates are made ready before somebody opens the first page that is drawn with one.

Jinja turns a template into Python when it is first drawn: up to a tenth of a second for a page, a second for all. A
worker does so by itself, a few seconds after it began to answer: neither whoever restarts it waits for that, nor
whoever opens a page first.
"""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask import Flask

_AFTER_SECONDS: Final = 4.0


def ready_soon(app: Flask) -> Timer:
    """Make the templates ready in a while, beside whatever is answered meanwhile; return what waits for that."""
    waiting = Timer(_AFTER_SECONDS, make_ready, (app,))
    waiting.daemon = True  # a worker that is told to end does not wait for it
    waiting.start()
    return waiting


def make_ready(app: Flask) -> None:
    """Make every template ready that is not yet."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
