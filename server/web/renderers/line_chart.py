"""A series over the years as a line, measured for drawing in a template: no script, no style, no size of its own.

The chart says nothing that the table beside it does not say in words. A year without a value breaks the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from server.indicators.figures import Standing, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.indicators.figures import Figure

WIDTH, HEIGHT = 420, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 6, 26, 32
_MOST_LABELS: Final = 7
_STEPS: Final = 4
_NICE: Final = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid, or a year below: where it is, and what it says."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One year's value: where it stands, what it says, whether it meets its target."""

    x: int
    y: int
    text: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class TargetMark:
    """A year's target, a short bar from *left* to *right*."""

    left: int
    right: int
    y: int


@dataclass(frozen=True, slots=True)
class LineChart:
    """Everything to draw; *lines* are the points of each unbroken stretch, as an SVG polyline takes them."""

    width: int
    height: int
    left: int
    right: int
    grid: tuple[Tick, ...]
    years: tuple[Tick, ...]
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    targets: tuple[TargetMark, ...]


def line_chart(points: Sequence[tuple[int, Figure]]) -> LineChart | None:
    """Return the chart of (year, figure), None where there is nothing to draw."""
    numbers = [one for _, figure in points for one in (figure.value, figure.target) if one is not None]
    if not numbers:
        return None
    unit = points[0][1].unit
    low, step = _scale(min([*numbers, Decimal(0)]), max([*numbers, Decimal(0)]))
    top = low + step * _STEPS
    slot = (WIDTH - _LEFT - _RIGHT) // len(points)

    def y_of(value: Decimal) -> int:
        return int(_TOP + (HEIGHT - _TOP - _BOTTOM) * (top - value) / (top - low))

    x_of = {year: _LEFT + slot * index + slot // 2 for index, (year, _) in enumerate(points)}
    labelled = _labelled([year for year, _ in points])
    dots = tuple(
        Dot(
            x_of[year],
            y_of(one.value),
            written(one.value, unit) if year in labelled else "",
            one.standing is Standing.MET,
        )
        for year, one in points
        if one.value is not None
    )
    return LineChart(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        grid=tuple(Tick(y_of(low + step * index), written(low + step * index, unit)) for index in range(_STEPS + 1)),
        years=tuple(Tick(x_of[year], str(year) if year in labelled else "") for year, _ in points),
        lines=tuple(_stretches(points, {dot.x: dot for dot in dots}, x_of)),
        dots=dots,
        targets=tuple(
            TargetMark(x_of[year] - slot * 2 // 5, x_of[year] + slot * 2 // 5, y_of(one.target))
            for year, one in points
            if one.target is not None
        ),
    )


def _labelled(years: Sequence[int]) -> frozenset[int]:
    """Return the years that are named: all of a few, else every second one up to the last."""
    return frozenset(years if len(years) <= _MOST_LABELS else years[::-2])


def _scale(lowest: Decimal, highest: Decimal) -> tuple[Decimal, Decimal]:
    """Return where the grid begins and how far apart its lines are: round numbers that hold every value."""
    least = max((highest - lowest) / _STEPS, Decimal("0.1"))
    size = Decimal(10) ** least.adjusted()
    for factor in _NICE:
        step = factor * size
        low = (lowest / step).to_integral_value(rounding="ROUND_FLOOR") * step
        if low + step * _STEPS >= highest:
            return low, step
    return _scale(lowest * 2, highest * 2)


def _stretches(points: Sequence[tuple[int, Figure]], dots: dict[int, Dot], x_of: dict[int, int]) -> Iterator[str]:
    stretch: list[str] = []
    for year, _ in points:
        dot = dots.get(x_of[year])
        if dot is not None:
            stretch.append(f"{dot.x},{dot.y}")
        elif stretch:
            yield " ".join(stretch)
            stretch = []
    if stretch:
        yield " ".join(stretch)
