"""Charts as inline SVG: numbers in, text out. Colours and fonts come from the page (`eval.report.style`)."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 14, 46
COLOURS = 6
DASHES = ("", "7 4", "2 4")


@dataclass(frozen=True, slots=True)
class Dot:
    """A point; `low` and `high` are the ends of its error bar, `size` its radius, `hint` what a reader is told of it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    size: float = 3.5
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one run. `line` connects them, `steps` as a staircase."""

    name: str
    dots: tuple[Dot, ...]
    line: bool = True
    steps: bool = False
    marks: bool = True


@dataclass(frozen=True, slots=True)
class Axis:
    """What is on an axis and from where to where; `log` in powers of ten."""

    title: str
    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Where `value` is, 0..1 from the low end; outside values lie at the ends."""
        low, high, at = (
            (math.log10(v) for v in (self.low, self.high, max(value, self.low))) if self.log else (self.low, self.high, value)
        )
        return min(1.0, max(0.0, (at - low) / (high - low)))

    def ticks(self) -> list[float]:
        """Round numbers from end to end, about five."""
        if self.log:
            first, last = math.floor(math.log10(self.low) + 1e-9), math.ceil(math.log10(self.high) - 1e-9)
            factors = (1, 3) if last - first < 3 else (1,)
            found = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
            return [tick for tick in found if self.low * 0.999 <= tick <= self.high * 1.001]
        step = round_step((self.high - self.low) / 5)
        count = math.floor((self.high - self.low) / step + 1e-9)
        begin = math.ceil(self.low / step - 1e-9) * step
        return [begin + n * step for n in range(count + 1) if begin + n * step <= self.high + step * 1e-6]


def round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, the least that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))


def chart(title: str, x: Axis, y: Axis, series: Sequence[Series], *, diagonal: bool = False) -> str:
    """A chart with axes, grid and series, and below it a legend where there are several."""
    legend_rows = len(series) if len(series) > 1 else 0
    height = HEIGHT + 18 * legend_rows
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_text(title)}">',
        *_grid(x, y),
        _line("diagonal", _x(0), _y(0), _x(1), _y(1)) if diagonal else "",
        *(piece for number, one in enumerate(series) for piece in _series(one, number, x, y)),
        *_legend(series if legend_rows else ()),
        "</svg>",
    ]
    return "".join(parts)


def _grid(x: Axis, y: Axis) -> list[str]:
    parts = []
    for tick in y.ticks():
        at = _y(y.place(tick))
        parts.append(_line("grid", _x(0), at, _x(1), at))
        parts.append(_label("tick", LEFT - 7, at + 4, _number(tick), "end"))
    for tick in x.ticks():
        at = _x(x.place(tick))
        parts.append(_line("mark", at, _y(0), at, _y(0) + 4))
        parts.append(_label("tick", at, _y(0) + 17, _number(tick), "middle"))
    parts.append(_line("axis", _x(0), _y(0), _x(1), _y(0)))
    parts.append(_label("title", _x(0.5), HEIGHT - 8, x.title, "middle"))
    middle = _number(_y(0.5))
    turned = f'<text class="title" transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">{_text(y.title)}</text>'
    return [*parts, turned]


def _series(one: Series, number: int, x: Axis, y: Axis) -> list[str]:
    colour, dash = f"c{number % COLOURS}", DASHES[number // COLOURS % len(DASHES)]
    places = [(_x(x.place(dot.x)), _y(y.place(dot.y))) for dot in one.dots]
    parts = []
    if one.line and len(places) > 1:
        path = [f"M{_number(places[0][0])} {_number(places[0][1])}"]
        for at_x, at_y in places[1:]:
            path.append(f"H{_number(at_x)}V{_number(at_y)}" if one.steps else f"L{_number(at_x)} {_number(at_y)}")
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path class="series {colour}" d="{"".join(path)}"{dashed}/>')
    for dot, (at_x, at_y) in zip(one.dots, places, strict=True):
        if dot.low is not None and dot.high is not None:
            parts.append(_line(f"bar {colour}", at_x, _y(y.place(dot.low)), at_x, _y(y.place(dot.high))))
        if one.marks or len(one.dots) == 1:
            hint = f"<title>{_text(dot.hint)}</title>" if dot.hint else ""
            circle = f'cx="{_number(at_x)}" cy="{_number(at_y)}" r="{_number(dot.size)}"'
            parts.append(f'<circle class="dot {colour}" {circle}>{hint}</circle>')
    return parts


def _legend(series: Sequence[Series]) -> list[str]:
    parts = []
    for number, one in enumerate(series):
        at = HEIGHT + 6 + 18 * number
        dash = DASHES[number // COLOURS % len(DASHES)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path class="series c{number % COLOURS}" d="M{LEFT} {at}h22"{dashed}/>')
        parts.append(_label("tick", LEFT + 30, at + 4, one.name[:70], "start"))
    return parts


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> str:
    ends = " ".join(f'{key}="{_number(value)}"' for key, value in (("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)))
    return f'<line class="{name}" {ends}/>'


def _label(name: str, x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="{name}" x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}">{_text(text)}</text>'


def _number(value: float) -> str:
    """At most five digits, no exponent, no trailing zeros: `0.2`, `12`, `0.0005`."""
    text = f"{value:.5f}" if abs(value) < 1 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(text: str) -> str:
    return html.escape(text, quote=True)
