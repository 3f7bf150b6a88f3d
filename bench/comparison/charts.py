"""Draws bars and curves as SVG: text stays text, and light or dark follows who looks at it."""
import math
from dataclasses import dataclass
from html import escape

from comparison.numbers import readable

WIDTH = 760
LEFT, RIGHT = 190, 610
ROW = 26
MARGIN = 20

STYLE = """\
  <style>
    svg { --paper: #fff; --ink: #1f2328; --faint: #59636e; --grid: #d8dee4; --ours: #0b62d6; --theirs: #737d89;
      --third: #b3541e; font: 13px system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #16191d; --ink: #e6e9ec; --faint: #a5aeb8; --grid: #363c44; --ours: #6cb0ff; --theirs: #8993a0;
        --third: #f0a06c; }
    }
    .paper { fill: var(--paper); } text { fill: var(--ink); } .faint { fill: var(--faint); }
    .head { font-weight: 600; font-size: 15px; } .ours { fill: var(--ours); } .theirs { fill: var(--theirs); }
    .grid { stroke: var(--grid); } .whisker { stroke: var(--ink); stroke-width: 1.5; }
    .line { fill: none; stroke-width: 2.5; } .s0 { stroke: var(--ours); } .s1 { stroke: var(--third); }
    .s2 { stroke: var(--theirs); } .f0 { fill: var(--ours); } .f1 { fill: var(--third); } .f2 { fill: var(--theirs); }
  </style>
"""


@dataclass(frozen=True)
class Bar:
    """One server's value with its interval, or, without a value, what there is to say instead."""

    label: str
    value: object = None
    low: object = None
    high: object = None
    note: str = ""
    ours: bool = False


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    bars: list


@dataclass(frozen=True)
class Line:
    label: str
    points: list


@dataclass(frozen=True)
class Plot:
    """Both axes are logarithmic: rates and costs span a few powers of ten."""

    title: str
    across: str
    lines: list


def bars(title, panels):
    """One panel below the other, each with a scale of its own, which begins at 0."""
    parts, words, y = [], [], MARGIN + 22
    for panel in panels:
        parts.append(text(MARGIN, y, f"{panel.title} ({panel.unit})", "head"))
        words.append(panel.title + ": " + "; ".join(spoken(bar, panel.unit) for bar in panel.bars) + ".")
        y += 12
        ends = [max(bar.value, bar.high or 0) for bar in panel.bars if bar.value is not None]
        scale = (RIGHT - LEFT) / (max(ends, default=0) or 1)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT}" y1="{y}" y2="{y + ROW * len(panel.bars)}"/>')
        for bar in panel.bars:
            parts += drawn(bar, y, scale)
            y += ROW
        y += 34
    return document(title, " ".join(words), y - 10, parts)


def drawn(bar, y, scale):
    middle = y + ROW / 2
    yield text(LEFT - 10, middle + 4.5, bar.label, "", "end")
    if bar.value is None:
        yield text(LEFT + 8, middle + 4.5, bar.note, "faint")
        return
    colour = "ours" if bar.ours else "theirs"
    yield f'<rect class="{colour}" x="{LEFT}" y="{y + 4}" width="{bar.value * scale:.1f}" height="{ROW - 8}"/>'
    end = LEFT + bar.value * scale
    if bar.low is not None and bar.high > bar.low:
        low, high = LEFT + bar.low * scale, LEFT + bar.high * scale
        yield f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"/>'
        end = max(end, high)
    yield text(end + 8, middle + 4.5, readable(bar.value) + (f"  {bar.note}" if bar.note else ""))


def spoken(bar, unit):
    if bar.value is None:
        return f"{bar.label} {bar.note}"
    return f"{bar.label} {readable(bar.value)} {unit}"


PLOT_HEIGHT = 240
DASHES = ("", "7 4", "2 4")


def curves(title, plots):
    """One plot below the other. Lines differ in colour, in dashes and in the shape of their points."""
    parts, words, y = [], [], MARGIN + 22
    for plot in plots:
        parts.append(text(MARGIN, y, plot.title, "head"))
        y += 24
        for number, line in enumerate(plot.lines):
            x = MARGIN + 235 * number
            parts.append(stroke(number, f"M{x} {y - 4}h34"))
            parts.append(point(number, x + 17, y - 4))
            parts.append(text(x + 42, y, line.label))
        y += 14
        parts += plotted(plot, y)
        y += PLOT_HEIGHT + 64
        words.append(plot.title + ": " + " ".join(spoken_line(line) for line in plot.lines))
    return document(title, " ".join(words), y - 10, parts)


def plotted(plot, top):
    left, right, bottom = 70, WIDTH - MARGIN, top + PLOT_HEIGHT
    points = [point for line in plot.lines for point in line.points]
    if not points:
        yield text(left, top + 20, "nothing was measured", "faint")
        return
    x = scaled([p[0] for p in points], left + 10, right - 10)
    y = scaled([p[1] for p in points], bottom - 10, top + 10)
    for tick in ticks([p[1] for p in points]):
        yield f'<line class="grid" x1="{left}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield text(left - 8, y(tick) + 4.5, readable_tick(tick), "faint", "end")
    for tick in sorted({p[0] for p in points}):
        yield text(x(tick), bottom + 18, readable_tick(tick), "faint", "middle")
    yield text((left + right) / 2, bottom + 38, plot.across, "faint", "middle")
    for number, line in enumerate(plot.lines):
        places = [(x(a), y(b)) for a, b in line.points]
        if places:
            yield stroke(number, "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places))
        for a, b in places:
            yield point(number, a, b)


def scaled(values, begin, end):
    low, high = math.log(min(values)), math.log(max(values))
    span = (high - low) or 1
    return lambda value: begin + (end - begin) * (math.log(value) - low) / span


def ticks(values):
    """1, 2 and 5 times the powers of ten that lie between the least and the greatest."""
    low, high = min(values), max(values)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [t for power in powers for t in (10**power, 2 * 10**power, 5 * 10**power) if low <= t <= high]


def readable_tick(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def spoken_line(line):
    return f"{line.label}, " + ", ".join(f"{readable(b)} at {readable_tick(a)}" for a, b in line.points) + "."


def stroke(number, path):
    dashes = f' stroke-dasharray="{DASHES[number % 3]}"' if DASHES[number % 3] else ""
    return f'<path class="line s{number % 3}"{dashes} d="{path}"/>'


def point(number, x, y):
    shape = (
        f"M{x - 4.5:.1f} {y:.1f}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0",
        f"M{x:.1f} {y - 5.5:.1f}l5.5 9.5h-11z",
        f"M{x - 4:.1f} {y - 4:.1f}h8v8h-8z",
    )[number % 3]
    return f'<path class="f{number % 3}" d="{shape}"/>'


def text(x, y, words, kind="", anchor=""):
    kind = f' class="{kind}"' if kind else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}{anchor}>{escape(words)}</text>'


def document(title, words, height, parts):
    body = "\n".join(f"  {part}" for part in parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img"'
        f' aria-labelledby="title words">\n'
        f'  <title id="title">{escape(title)}</title>\n  <desc id="words">{escape(words)}</desc>\n'
        f'{STYLE}  <rect class="paper" width="{WIDTH}" height="{height:.0f}"/>\n{body}\n</svg>\n'
    )
