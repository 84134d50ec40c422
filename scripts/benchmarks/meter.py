"""What processes have cost: CPU time and memory of whole process trees, as Linux counts them.

A child that ended is counted with its parent, which waited for it, so that a database's short-lived backends are not
forgotten. Source: proc(5), fields 14-17 of ``stat`` and ``Pss`` of ``smaps_rollup``.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_SAMPLE_SECONDS = 0.5


def cpu_seconds(roots: Sequence[int]) -> float:
    """Return the CPU seconds used so far by *roots* and everything below them, ended children included."""
    return sum(_own_cpu_seconds(pid) for pid in tree(roots))


def memory_bytes(roots: Sequence[int]) -> int:
    """Return the memory of *roots* and everything below them; pages shared by several are counted once."""
    return sum(_own_memory_bytes(pid) for pid in tree(roots))


def tree(roots: Sequence[int]) -> list[int]:
    """Return the living processes among *roots* and below them."""
    children: dict[int, list[int]] = {}
    for stat in _PROC.glob("[0-9]*/stat"):
        fields = _fields(stat)
        if fields:
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid for pid in roots if (_PROC / str(pid)).exists()]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(children.get(pid, ()))
    return found


@contextmanager
def peak_memory(roots: Sequence[int]) -> Iterator[list[int]]:
    """Watch the memory while the block runs; the list holds the highest sum seen, in bytes."""
    peak = [memory_bytes(roots)]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(_SAMPLE_SECONDS):
            peak[0] = max(peak[0], memory_bytes(roots))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        is_over.set()
        watcher.join()


def _own_cpu_seconds(pid: int) -> float:
    fields = _fields(_PROC / str(pid) / "stat")
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS_A_SECOND if fields else 0.0


def _fields(stat: Path) -> list[str]:
    """Return the fields of a ``stat`` after the program's name, none if the process has ended."""
    try:
        return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _own_memory_bytes(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
