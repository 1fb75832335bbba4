"""The digest as its forms are given it: words, in the order in which they are read, and the figures of its charts.

All texts are on one line and free of invisible characters; markup is each form's own affair.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.model import Language, Level


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One line of a list. `when` stands before it (a date, what happened), `badge` is the level in words and
    `level` its colour; `notes` stand below. `href` is the viewer's page, `official` the government's. `marks` are short labels, such as that it concerns the profile."""

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


@dataclass(frozen=True, slots=True)
class DigestGroup:
    title: str
    rows: tuple[DigestRow, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class DigestSection:
    """`lead` is said before the rows, or instead of them where there are none."""

    id: str
    title: str
    groups: tuple[DigestGroup, ...] = ()
    lead: str = ""

    @property
    def empty(self) -> bool:
        return not any(group.rows for group in self.groups)


@dataclass(frozen=True, slots=True)
class Series:
    """A row of a chart: a name and a number for each column. `level` gives its colour."""

    name: str
    values: tuple[int, ...]
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class ChartView:
    """`says` is the finding, `unit` what is counted. `stacked`: the series of a column add up."""

    id: str
    title: str
    says: str
    columns: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class DigestView:
    """The digest. `sentences` are the week in three; `warning` that something may have been missed."""

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
