"""The data of a redline, and the reading order of both texts side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tracker.clock import legal_day
from tracker.i18n import format_day, format_minute, t
from tracker.legal_status.current import current_status
from tracker.legal_status.register import StateOnDay
from tracker.legal_status.ribbons import Ribbon, asked_words, ribbons
from tracker.model import Language, LocalizedText, Op, Operation, Status, Unit, UnitKind
from tracker.rendering.bluebook import cite, cite_version
from tracker.rendering.official_links import official_url
from tracker.rendering.status_ribbons import status_ribbons

_CITATIONS = 12


@dataclass(frozen=True, slots=True)
class RedlineSide:
    """One of the two texts: its name (file name or URL), the SHA-256 and time of its snapshot, its units, where the whole
    text is to be shown, and the day of the text, where its source gives one.
    """

    name: str
    sha256: str = ""
    fetched_at: datetime | None = None
    units: tuple[Unit, ...] = ()
    day: date | None = None

    @property
    def cited_day(self) -> date | None:
        """The day that a citation of this text gives: its own, else that on which it was read."""
        return self.day or (legal_day(self.fetched_at) if self.fetched_at else None)


@dataclass(frozen=True, slots=True)
class Redline:
    """Everything that a redline shows. `before` is None for a new document. `states` are those of units by the register
    of effects, on the day of the redline; `asked` is that day where the later text is the present text of the CFR.
    `status` is that of a document which is no such text. `document_id` names the stored text, whose versions are kept. `excerpt`:
    files show the touched sections only, where they have both texts.
    """

    title: str
    source: str
    url: str
    before: RedlineSide | None
    after: RedlineSide
    operations: tuple[Operation, ...]
    generated_at: datetime
    author: str = "tracker"
    timezone: str = "Asia/Tokyo"
    headline: LocalizedText | None = None
    states: Mapping[str, tuple[StateOnDay, ...]] = field(default_factory=dict)
    asked: date | None = None
    status: tuple[Status, ...] = ()
    document_id: str = ""
    excerpt: bool = False

    def ribbons(self, path: str, language: Language) -> tuple[Ribbon, ...]:
        """What a reader must see beside a unit: that it is stayed, not effective yet, not incorporated."""
        return ribbons(self.states.get(path, ()), language)

    def standing(self, language: Language) -> tuple[Ribbon, ...]:
        """What a reader must see of the document itself: that it is stayed, ended, not effective yet."""
        return status_ribbons(current_status(self.status, legal_day(self.generated_at)), language)

    def asked_line(self, language: Language) -> str:
        """That all units without a ribbon are in force; empty where the register cannot say so."""
        return asked_words(self.asked, language) if self.asked else ""

    def ribbon_lines(self, language: Language) -> tuple[str, ...]:
        """Return the ribbons of the document and of all shown units, each with its unit, for outlets that show them
        together."""
        return (
            *(ribbon.words for ribbon in self.standing(language)),
            *(
                f"{op.path}: {ribbon.words}"
                for op in self.visible()
                # An editorial note has no legal weight, but what it says of a rule has.
                if not op.editorial or op.kind is UnitKind.EDITORIAL_NOTE
                for ribbon in self.ribbons(op.path, language)
            ),
        )

    def names(self, language: Language) -> tuple[str, ...]:
        """What it is called: the headline of the change where it has one, then the official title."""
        return tuple(filter(None, (self.headline.get(language) if self.headline else "", self.title)))

    def visible(self) -> tuple[Operation, ...]:
        """Return the operations with a visible difference. New positions of unchanged paragraphs are only for
        programs.
        """
        return tuple(op for op in self.operations if not (op.editorial and op.before == op.after))

    def cited(self, path: str, *, old: bool = False) -> str:
        """Return the citation of a unit with the day and the hash of the text that has it: the later one, or the earlier
        one where `old`."""
        side = (self.before or self.after) if old else self.after
        return cite_version(path, side.cited_day, side.sha256, self.url)

    def citations(self, language: Language) -> str:
        """Return the touched units as one line, without those that only shifted."""
        paths = [op.path for op in self.operations if not op.editorial and op.follows is None]
        paths = list(dict.fromkeys(paths))
        shown = "; ".join(paths[:_CITATIONS])
        if len(paths) > _CITATIONS:
            shown += "; " + t("redline.more", language, count=len(paths) - _CITATIONS)
        return shown or t("redline.nothing", language)

    def facts(self, language: Language, *, hashes: bool = True) -> list[tuple[str, str]]:
        """Return label and value of the facts that identify this redline: source, address, both versions, program. Files with
        an annex (`evidence`) leave the hashes to it.
        """
        asked = [(t("message.status", language), self.asked_line(language))] if self.asked else []
        return [
            *asked,
            (t("redline.source", language), self.url or self.source),
            (t("redline.before", language), self._state(self.before, language, hashes=hashes)),
            (t("redline.after", language), self._state(self.after, language, hashes=hashes)),
            (t("redline.citations", language), self.citations(language)),
            (t("redline.made", language), self.made_line(language)),
        ]

    def days_line(self, language: Language) -> str:
        """Return which two texts are compared, in one line; empty for a new document."""
        if self.before is None:
            return ""
        sides = (self.before, self.after)
        return " → ".join(self._state(side, language, hashes=False) for side in sides)

    def made_line(self, language: Language) -> str:
        moment = format_minute(self.generated_at, language, self.timezone)
        return t("redline.by", language, moment=moment, author=self.author)

    def evidence(self, language: Language) -> list[tuple[str, str]]:
        """Return label and value of what proves which bytes were compared, for the annex of a file."""
        rows = []
        for name, side in (("redline.before", self.before), ("redline.after", self.after)):
            if side and side.sha256:
                at = format_minute(side.fetched_at, language, self.timezone) if side.fetched_at else side.name
                rows.append((t(name, language), " · ".join(filter(None, (at, f"SHA-256 {side.sha256}")))))
        return rows

    def official_pages(self) -> list[tuple[str, list[str]]]:
        """Return the government's page of each touched section, with the citations of the units that were touched; an empty
        address where there is none."""
        pages: dict[str, list[str]] = {}
        for path in dict.fromkeys(op.path for op in self.visible() if op.follows is None):
            pages.setdefault(official_url(path).partition("#")[0], []).append(cite(path))
        for address, cited in pages.items():
            pages[address] = list(dict.fromkeys(cited))
        return list(pages.items())

    def _state(self, side: RedlineSide | None, language: Language, *, hashes: bool) -> str:
        if side is None:
            return t("redline.nothing", language)
        at = format_minute(side.fetched_at, language, self.timezone) if side.fetched_at else ""
        digest = f"SHA-256 {side.sha256}" if side.sha256 and hashes else ""
        name = side.name if hashes or not side.sha256.startswith(side.name or " ") else ""
        day = t("web.as-of", language, day=format_day(side.day, language)) if side.day else ""
        if day and not hashes:
            return day
        return " · ".join(part for part in (day, name, at, digest) if part)


LineStatus = Literal["same", "pair", "added", "removed", "moved-away", "moved-here"]


@dataclass(frozen=True, slots=True)
class RedlineLine:
    """One unit in the combined reading order."""

    status: LineStatus
    unit: Unit
    operation: Operation | None = None


def merge_in_reading_order(redline: Redline) -> Iterator[RedlineLine]:
    """Merge both texts into one reading order. A unit that was removed or moved is shown at its old place, before the unit that replaced
    it.

    Needs the units of `after`, and of `before` where there is one.
    """
    after = redline.after.units
    placed = {op.position: op for op in redline.operations if op.op is not Op.REMOVED}
    touched = {op.from_path or op.path: op for op in redline.operations if op.op is not Op.ADDED}
    at = 0

    def arrivals() -> Iterator[RedlineLine]:
        nonlocal at
        while at < len(after):
            op = placed.get(at)
            if op is None or op.op not in (Op.ADDED, Op.MOVED):
                return
            yield RedlineLine("added" if op.op is Op.ADDED else "moved-here", after[at], op)
            at += 1

    for unit in redline.before.units if redline.before else ():
        op = touched.get(unit.path)
        if op is not None and op.op in (Op.REMOVED, Op.MOVED):
            yield RedlineLine("removed" if op.op is Op.REMOVED else "moved-away", unit, op)
            continue
        yield from arrivals()
        if at < len(after):
            op = placed.get(at)
            yield RedlineLine("pair" if op else "same", after[at], op)
            at += 1
    yield from arrivals()
