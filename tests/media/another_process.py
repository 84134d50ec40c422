"""A store used by a process of its own, which a test may kill, starve or measure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

OPENING = """
import os, resource, signal, sys
from pathlib import Path
from server.errors import Unavailable
from server.media.opening import open_store
from server.media.put_all import put_all
from server.media.store import folder_of
store = open_store(sys.argv[2], Path(sys.argv[1]) / "arriving")
FOLDER = folder_of(1, sensitive_form_id=None)
"""


def in_another_process(script, folder, *, url=None, within=()):
    """Run *script* with `store` open at *url* (by default local files in *folder*), as an argument of *within*.

    Returns its exit status, negative for a signal, and what it printed.
    """
    command = [*within, sys.executable, "-W", "error", "-c", OPENING + script, str(folder), url or f"file:{folder}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout.strip()
