"""An effect: one document changes what is law for another document, a unit, a party or a tariff heading.

The model follows legislation.gov.uk: an effect is recorded apart from the text and before the text shows it. Two clocks
apply: `from_`/`until` say on which days the effect holds (as-of), `known_at` says from when one could know it.
Pure records without I/O; read by `legal_status.effect_reader`, kept by `storage.effects`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class EffectVerb(StrEnum):
    """What the affecting document does to the affected one."""

    AMENDS = "amends"
    ADDS = "adds"
    REMOVES = "removes"
    REVISES = "revises"
    REDESIGNATES = "redesignates"
    STAYS = "stays"
    LIFTS_STAY = "lifts-stay"
    DELAYS = "delays"
    SUSPENDS = "suspends"
    RESUMES = "resumes"
    EXTENDS = "extends"
    ENDS = "ends"
    SUPERSEDES = "supersedes"
    CORRECTS = "corrects"
    DOES_NOT_ENFORCE = "does-not-enforce"
    DECLARES_UNLAWFUL = "declares-unlawful"
    AFFIRMS = "affirms"  # an earlier judgment, which its stays no longer hold up
    REVERSES = "reverses"  # an earlier judgment, or vacates it
    IMPLEMENTS = "implements"


class Applied(StrEnum):
    """Whether the text of the law shows the effect."""

    PENDING = "pending"
    IN_THE_ECFR = "in-the-ecfr"
    NOT_INCORPORATED = "not-incorporated"
    NOT_APPLICABLE = "not-applicable"  # the affected document has no codified text, as an executive order


class Certainty(StrEnum):
    """STATED: the quoted words say it. PROPOSED: they propose it, and no law changes. UNCLEAR: a later document mentions the
    instrument, and what it does to it is not known."""

    STATED = "stated"
    PROPOSED = "proposed"
    UNCLEAR = "unclear"


class DaySource(StrEnum):
    """Where the first day of an effect comes from. Where no words give a day, the publication or the signing is assumed."""

    STATED = "stated"  # the words that state the effect, or the instruction, give the day
    DOCUMENT = "document"  # the effective date of the document that has it
    SIGNED = "signed"  # assumed: the day on which the document was signed
    PUBLISHED = "published"  # assumed: the day on which the document was published


ASSUMED = frozenset({DaySource.SIGNED, DaySource.PUBLISHED})


class Extent(StrEnum):
    """How much of the affected instrument is affected."""

    WHOLE = "whole"
    PARTIAL = "partial"  # some sections, or "the duties imposed by ... except"
    CONDITIONAL = "conditional"  # "if", "unless", "provided that"


@dataclass(frozen=True, slots=True)
class Affecting:
    """Where the effect comes from; `quote` is the operative sentence, `where` its place in that document."""

    document_number: str | None = None
    executive_order: str | None = None
    proclamation: str | None = None
    citation: str | None = None  # Federal Register citation, or the citation of a court case
    page: str | None = None  # address of a page, where the source is not a Federal Register document
    instruction: str | None = None
    quote: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """What is affected. At least one field is set. `title` where the text names the instrument by its title or nickname alone;
    `part` is the affected portion in the words of the text ("sections 2 and 3", "the duties imposed"); `quote` what the
    affected document says there, where it is stored: the entry by which a notice listed a party."""

    path: str | None = None  # citation path of a unit, as `15 CFR 744.11(a)(1)`
    document_number: str | None = None
    executive_order: str | None = None
    proclamation: str | None = None
    citation: str | None = None  # Federal Register citation
    docket: str | None = None
    rin: str | None = None
    hts: str | None = None
    party: str | None = None
    title: str | None = None
    part: str | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. `from_` and `until` are instants or days as the text gives them.

    `from_` is the first day on which the effect holds: of LIFTS_STAY, RESUMES and ENDS the first day of the new state.
    `until` is the last day on which it holds: of DELAYS the day before the new effective date, of EXTENDS the new last
    day of what is extended. None means open.
    """

    verb: EffectVerb
    affecting: Affecting
    affected: Affected
    from_: date | datetime | None = None
    until: date | datetime | None = None
    known_at: datetime | None = None
    applied: Applied = Applied.PENDING
    certainty: Certainty = Certainty.STATED
    extent: Extent = Extent.WHOLE
    by_hand: str = ""  # who recorded it by hand, with the reason; empty where a document was read
    from_source: DaySource | None = (
        None  # None where `from_` is None, or where an older version recorded the effect
    )


@dataclass(frozen=True, slots=True)
class RecordedEffect:
    """An effect in the register. `change_id`: the change in which it was read; None for an effect recorded by hand.
    `title`, `number`, `citation` and `order` identify the affecting document. From `retracted_at` on it is known that
    the effect holds no more after `ended_on`; where `ended_on` is None, that it never held."""

    id: str
    effect: Effect
    change_id: str | None = None
    title: str = ""
    retracted_at: datetime | None = None
    ended_on: date | None = None
    ended_by_hand: str = ""  # who ended it by hand, with the reason
