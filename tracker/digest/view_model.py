"""The view model of the digest: texts in reading order, and the numbers of its charts.

All texts are single lines without invisible characters; each output format adds its own markup.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.model import Language, Level


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One line of a list. `when` precedes it (a date, or what happened), `badge` is the level as text and `level` gives
    its color; `notes` follow below. `ribbons`: what its legal status says beside force, the gravest first. `href` is the page in the viewer, `official` that of the government. `marks` are
    short labels, such as a profile match."""

    head: str
    href: str = ""
    when: str = ""
    left: str = ""
    badge: str = ""
    level: Level | None = None
    notes: tuple[str, ...] = ()
    official: str = ""
    marks: tuple[str, ...] = ()
    soon: bool = False
    ribbons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestGroup:
    title: str
    rows: tuple[DigestRow, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One section. `lead` is the text before the rows, or in place of them where there are none."""

    id: str
    title: str
    groups: tuple[DigestGroup, ...] = ()
    lead: str = ""

    @property
    def empty(self) -> bool:
        return not any(group.rows for group in self.groups)


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: a name and a number for each column. `level` gives its color."""

    name: str
    values: tuple[int, ...]
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class ChartView:
    """One chart. `says` is its caption, `unit` the unit of its numbers. `stacked`: the series of a column add up."""

    id: str
    title: str
    says: str
    columns: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class DigestView:
    """The whole digest. `sentences` summarize the week in three sentences; `warning` names sources that may have missed
    something."""

    language: Language
    name: str
    subject: str
    title: str
    span: str
    marks: tuple[str, ...]
    warning: str
    sentences: tuple[str, ...]
    counts: tuple[tuple[Level, str, int], ...]
    sections: tuple[DigestSection, ...]
    charts: tuple[ChartView, ...]
    viewer: str
    viewer_says: str
    made: str
    notice: str
