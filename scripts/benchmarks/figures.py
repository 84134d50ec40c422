"""What a measurement came to, as people and as programs read it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROUNDING = 1e-9
"""More than what the product of a share and a number of values may be off."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement. Latencies and CPU in milliseconds, memory in megabytes (proportional set size)."""

    load: str
    database: str
    stored: int
    connections: int
    seconds: float
    answers: Mapping[int, int]
    """How many answers had each status."""
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms_per_request: float
    """Of the server's and the database's processes together, those that ended meanwhile included."""
    server_cpu_ms_per_request: float
    peak_memory_mb: float

    def as_json(self) -> dict[str, object]:
        """Return the figures as a JSON object."""
        return {**asdict(self), "answers": {str(status): times for status, times in self.answers.items()}}

    def as_text(self) -> str:
        """Return the figures as lines."""
        answers = ", ".join(f"{times} × {status}" for status, times in sorted(self.answers.items()))
        cpu = f"{self.cpu_ms_per_request:.2f} ms/request, of which the server {self.server_cpu_ms_per_request:.2f} ms"
        return "\n".join(
            (
                f"{self.load} · {self.database} · {self.stored} stored · {self.connections} connections",
                f"  answers      {answers} in {self.seconds:.1f} s",
                f"  accepted     {self.per_second:.1f} /s",
                f"  latency      p50 {self.p50_ms:.1f} ms · p95 {self.p95_ms:.1f} ms · p99 {self.p99_ms:.1f} ms",
                f"  CPU          {cpu}",
                f"  peak memory  {self.peak_memory_mb:.0f} MB",
            )
        )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of *values* that *share* (0 to 1) of them do not exceed; 0 of none."""
    if not values:
        return 0.0
    place = math.ceil(share * len(values) - _ROUNDING)
    return sorted(values)[max(0, place - 1)]
