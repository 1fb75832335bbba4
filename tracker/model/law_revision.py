"""One revision of a law of Japan, by what e-Gov says of it (`revision_info`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

IN_FORCE = "CurrentEnforced"
FUTURE = "UnEnforced"


@dataclass(frozen=True, slots=True)
class LawRevision:
    """`id` is permanent. `enforced` is the day from which the text applies (施行日), None while it is not set; `placeholder` is a
    day that the service uses in its place to keep revisions in order. `comment` is what is said of the day. `updated` differs
    where the text was corrected under the same id."""

    id: str
    title: str = ""
    abbreviations: tuple[str, ...] = ()
    status: str = ""
    promulgated: date | None = None
    enforced: date | None = None
    placeholder: date | None = None
    comment: str = ""
    amendment_title: str = ""
    amendment_number: str = ""
    updated: str = ""

    @property
    def day(self) -> date | None:
        """Return the day by which the revisions of a law are in order."""
        return self.enforced or self.placeholder

    @property
    def mark(self) -> str:
        """Return what differs when the revision must be requested again. That it took effect changes no word of it."""
        return "|".join((self.updated, str(self.enforced), str(self.placeholder), self.comment))

    @property
    def source_line(self) -> str:
        """Return the line that a law prints of its last amendment: the amending law, when it was published, and from when the
        text applies."""
        said = [self.amendment_title + (f"（{self.amendment_number}）" if self.amendment_number else "")]
        if self.promulgated:
            said.append(f"公布日 {_day(self.promulgated)}")
        if self.enforced:
            said.append(f"施行日 {_day(self.enforced)}")
        elif self.placeholder or self.comment:
            said.append("施行日 未定")
        return "\u3000".join(filter(None, (*said, self.comment)))


def law_revision_of(facts: Mapping[str, Any]) -> LawRevision:
    """Return the revision that these fields describe; fields that are missing or of another type are empty."""
    return LawRevision(
        id=_text(facts, "law_revision_id"),
        title=_text(facts, "law_title"),
        abbreviations=tuple(filter(None, (one.strip() for one in _text(facts, "abbrev").split(",")))),
        status=_text(facts, "current_revision_status"),
        promulgated=_date(facts, "amendment_promulgate_date"),
        enforced=_date(facts, "amendment_enforcement_date"),
        placeholder=_date(facts, "amendment_scheduled_enforcement_date"),
        comment=_text(facts, "amendment_enforcement_comment"),
        amendment_title=_text(facts, "amendment_law_title"),
        amendment_number=_text(facts, "amendment_law_num"),
        updated=_text(facts, "updated"),
    )


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return value.strip() if isinstance(value, str) else ""


def _date(facts: Mapping[str, Any], name: str) -> date | None:
    try:
        return date.fromisoformat(_text(facts, name)[:10])
    except ValueError:
        return None


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
