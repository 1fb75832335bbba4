"""An act: who does what, to what, of whom, why, how much, from when; with the words that say so.

`tracker.model` passes these names on, so that callers import one module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """Impact level, lowest first. Compare with `rank`."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for `none` up to 4 for `critical`."""
        return list(Level).index(self)


class Direction(StrEnum):
    """Which way a change pushes the firms that it reaches. `undetermined`: its words do not decide it; never `procedure`
    for want of an answer."""

    RESTRICTION = "restriction"
    RELIEF = "relief"
    OPPORTUNITY = "opportunity"
    PROCEDURE = "procedure"
    UNDETERMINED = "undetermined"


class ActVerb(StrEnum):
    """What an act does to its operand."""

    IMPOSE = "impose"
    RAISE = "raise"
    LOWER = "lower"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    DELAY = "delay"
    END = "end"
    EXEMPT = "exempt"
    INCLUDE = "include"
    AUTHORIZE = "authorize"
    REVOKE_AUTHORIZATION = "revoke-authorization"
    ADD_PARTY = "add-party"
    REMOVE_PARTY = "remove-party"
    REVISE_PARTY = "revise-party"
    ADD_CONTROL = "add-control"
    REMOVE_CONTROL = "remove-control"
    WIDEN = "widen"
    NARROW = "narrow"
    REVISE = "revise"  # changed in substance, which way cannot be read
    CLARIFY = "clarify"
    CORRECT = "correct"
    PROPOSE = "propose"
    REQUEST_COMMENTS = "request-comments"
    INVESTIGATE = "investigate"
    NEGOTIATE = "negotiate"
    DIRECT_AGENCY = "direct-agency"
    DETERMINE = "determine"
    PENALIZE = "penalize"
    REPORT = "report"
    COMMEMORATE = "commemorate"


class Operand(StrEnum):
    """What an act acts on."""

    DUTY = "duty"
    EXCLUSION = "exclusion"  # from a duty: an exemption, an exclusion, a lower quota rate
    QUOTA = "quota"
    LICENSE_REQUIREMENT = "license-requirement"
    LICENSE_EXCEPTION = "license-exception"
    GENERAL_LICENSE = "general-license"
    VALIDATED_END_USER = "validated-end-user"
    LISTING = "listing"
    FDPR = "fdpr"
    DE_MINIMIS = "de-minimis"
    CUSTOMS_DE_MINIMIS = "customs-de-minimis"
    END_USE_CONTROL = "end-use-control"
    REVIEW_POLICY = "review-policy"
    REPORTING_DUTY = "reporting-duty"
    DEADLINE = "deadline"
    COMMENT_PERIOD = "comment-period"
    INVESTMENT_RULE = "investment-rule"
    ICT_RULE = "ict-rule"
    PROCUREMENT_RULE = "procurement-rule"
    PROGRAM = "programme"
    SANCTION = "sanction"
    EXPORT_PRIVILEGES = "export-privileges"
    GUIDANCE = "guidance"
    AGREEMENT = "agreement"
    EMERGENCY = "national-emergency"
    PROCEEDING = "proceeding"  # an investigation, a hearing, a meeting, an information collection
    EARLIER_ACT = "earlier-act"


class JapanStanding(StrEnum):
    """Japan's place in an act: hit by it, left out by its words, with a rate of its own, or not named."""

    IN = "in"
    OUT = "out"
    TARGET = "target"
    RATE = "rate"
    NOT_NAMED = "not-named"


class Force(StrEnum):
    """Whether an act binds."""

    BINDING_NOW = "binding-now"
    BINDING_FROM = "binding-from"
    PROPOSED = "proposed"
    STUDIED = "studied"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The official words behind a statement, and where they stood: `title`, `abstract`, `dates`,
    `action`, a unit's path, or `removed: <path>` for words that a change took away."""

    quote: str
    where: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a document or of a change of text: who does what to what, of whom, why, how much, from when.

    Every field is read from the words of `evidence` (the operative sentence) or of the document, and is empty
    where they do not say it. `of` and `trigger_countries` hold ids of `tracker/places.toml`; `of` is `("all",)` where
    the act is general. `amount_before` and `amount_after` are as printed ("25 percent"). `direction` is composed from
    verb and operand (and the sign of an earlier act); `level` is this act's own."""

    verb: ActVerb
    operand: Operand | None
    evidence: Evidence
    actor: str = ""  # president, bis, ofac, ustr, cbp, ita, state, dod, omb, doe, treasury, fcc, usitc, or an agency's name
    phrase: str = ""  # what the verb acts on, one noun phrase in the words of the text
    objects: tuple[str, ...] = ()  # goods, technologies and programs, in the words of the text
    eccns: tuple[str, ...] = ()
    hts: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()  # names of listed or penalized parties
    party_count: int | None = None
    of: tuple[str, ...] = ()
    trigger: str = ""  # the conduct, in the words of the text
    trigger_countries: tuple[str, ...] = ()
    amount_before: str = ""
    amount_after: str = ""
    japan: JapanStanding = JapanStanding.NOT_NAMED
    japan_rate: str = ""
    force: Force = Force.BINDING_NOW
    since: date | None = None
    until: date | None = None
    earlier_act: str = ""  # "E.O. 14257", "90 FR 47201", or its title
    units: tuple[str, ...] = ()  # citation paths
    terms: tuple[
        str, ...
    ] = ()  # license exceptions (symbol), review policies, country groups that the sentence names
    direction: Direction = Direction.UNDETERMINED
    level: Level = Level.NONE
