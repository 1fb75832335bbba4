"""The digest's charts: as SVG for pages and print, as colored table cells for mail, which knows no SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from tracker.digest.view_model import ChartView, DigestView, Series
from tracker.model import Level

# Seen on white and on the viewer's dark ground; neighbors differ in lightness as well as in hue, for those who do
# not see colors.
FILLS = {
    Level.CRITICAL: "#b3261e",
    Level.HIGH: "#e8762d",
    Level.MEDIUM: "#edb94a",
    Level.LOW: "#8fb6d6",
}
PLAIN = "#4a7fae"
LATE = "#b3261e"
# From light to dark; the last two get white letters.
SHADES = ("#ffffff", "#dce8f3", "#a9c8e2", "#4a7fae", "#2d5f8a")
BAR = 260  # width of the longest bar of a mail, in pixels

_WIDTH, _HEIGHT = 640, 190
_LEFT, _TOP, _BOTTOM = 6, 16, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in an email: color segments with their width in pixels, and the number at the end."""

    name: str
    runs: tuple[tuple[int, str], ...]
    total: int
    now: bool = False


@dataclass(frozen=True, slots=True)
class Shaded:
    """A number with the shade that says how large it is among its like; `step` counts the shades."""

    value: int
    step: int

    @property
    def color(self) -> str:
        return SHADES[self.step]


def drawn(chart: ChartView) -> Markup:
    """A chart for a page: SVG, or a table where the numbers are the picture. Empty where there is nothing to show."""
    if not any(any(series.values) for series in chart.series):
        return Markup()
    if chart.id == "topics":
        return _heat(chart)
    svg = _columns(chart) if chart.stacked else _lengths(chart)
    return Markup(svg)  # noqa: S704 - escaped where it is made


def cells(sheet: DigestView) -> dict[str, tuple[Bar, ...]]:
    """The bars of a mail, by the id of their chart: a bar for each column."""
    return {chart.id: _bars(chart) for chart in sheet.charts if chart.id != "topics"}


def shaded(chart: ChartView) -> list[tuple[str, list[Shaded]]]:
    """Each series of a chart with the shades of its numbers."""
    most = max((max(series.values) for series in chart.series), default=0)
    return [
        (series.name, [Shaded(value, _step(value, most)) for value in series.values])
        for series in chart.series
    ]


def fill(series: Series, column: int) -> str:
    """The color of one part of a bar. Without levels, the first column has the rules already in force when first seen."""
    if series.level is not None:
        return FILLS[series.level]
    return LATE if column == 0 else PLAIN


def _bars(chart: ChartView) -> tuple[Bar, ...]:
    totals = _totals(chart)
    most = max(totals, default=0)
    last = len(chart.columns) - 1
    return tuple(
        Bar(
            name,
            tuple(
                (max(3, round(series.values[index] / most * BAR)), fill(series, index))
                for series in chart.series
                if series.values[index]
            ),
            totals[index],
            chart.stacked and index == last,
        )
        for index, name in enumerate(chart.columns)
    )


def _totals(chart: ChartView) -> list[int]:
    return [sum(series.values[index] for series in chart.series) for index in range(len(chart.columns))]


def _step(value: int, most: int) -> int:
    """No shade for nothing; the darkest for the most."""
    if not value or not most:
        return 0
    return max(1, round(value / most * (len(SHADES) - 1)))


def _heat(chart: ChartView) -> Markup:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in chart.columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f'<td class="shade-{cell.step}">{cell.value or "·"}</td>' for cell in values)
        + "</tr>"
        for name, values in shaded(chart)
    )
    return Markup(  # noqa: S704 - escaped above
        f'<div class="scroll" tabindex="0"><table class="heat"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _columns(chart: ChartView) -> str:
    """Stacked columns, the total above each, the last one marked as the week of the digest."""
    totals = _totals(chart)
    most = max(totals)
    step = (_WIDTH - 2 * _LEFT) / len(totals)
    wide = step * 0.68
    floor = _HEIGHT - _BOTTOM
    room = floor - _TOP
    shapes = []
    for index, total in enumerate(totals):
        x = _LEFT + index * step + (step - wide) / 2
        y = float(floor)
        for series in chart.series:
            value = series.values[index]
            if value:
                high = value / most * room
                y -= high
                shapes.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(high - 1, 1):.1f}"'
                    f' fill="{fill(series, index)}"/>'
                )
        middle = x + wide / 2
        weight = ' font-weight="700"' if index == len(totals) - 1 else ""
        if total:
            shapes.append(_text(middle, y - 4, str(total), f'text-anchor="middle"{weight}'))
        shapes.append(_text(middle, floor + 15, chart.columns[index], f'text-anchor="middle"{weight}'))
    shapes.append(
        f'<line x1="{_LEFT}" x2="{_WIDTH - _LEFT}" y1="{floor}" y2="{floor}" stroke="currentColor" stroke-width="1"/>'
    )
    return _svg(chart, _HEIGHT, shapes)


def _lengths(chart: ChartView) -> str:
    """A bar for each column of the chart, from top to bottom."""
    totals = _totals(chart)
    most = max(totals)
    row, name = 26, 110
    room = _WIDTH - name - 40
    shapes = []
    for index, total in enumerate(totals):
        y = 4 + index * row
        wide = total / most * room
        shapes.append(_text(name - 8, y + 15, chart.columns[index], 'text-anchor="end"'))
        if total:
            color = fill(chart.series[0], index)
            shapes.append(f'<rect x="{name}" y="{y}" width="{wide:.1f}" height="{row - 6}" fill="{color}"/>')
        shapes.append(_text(name + wide + 6, y + 15, str(total), ""))
    return _svg(chart, 8 + len(totals) * row, shapes)


def _text(x: float, y: float, words: str, attributes: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" fill="currentColor" {attributes}>{escape(words)}</text>'


def _svg(chart: ChartView, height: int, shapes: list[str]) -> str:
    name = f"digest-chart-{chart.id}"
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img"'
        f' aria-labelledby="{name}"><title id="{name}">{escape(f"{chart.title}: {chart.says}")}</title>'
        f"{''.join(shapes)}</svg>"
    )
