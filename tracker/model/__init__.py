"""The records that travel between the stages. Frozen, without I/O, importing nothing of ours but `acts` and `corrections`.

A source is polled; an answer is kept as a snapshot; a snapshot is read into a `Document`, which is a
run of `Unit`s in reading order; two documents are compared into `Operation`s; a document with its
operations is classified (`Classification`); all of it together is a `Change`.

Instants are timezone-aware and in UTC. Days are `datetime.date`, in the calendar of New York unless
said otherwise, because that is the calendar in which the Federal Register counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from tracker.model.acts import Act as Act
from tracker.model.acts import ActVerb as ActVerb
from tracker.model.acts import Direction as Direction
from tracker.model.acts import Evidence as Evidence
from tracker.model.acts import Force as Force
from tracker.model.acts import JapanStanding as JapanStanding
from tracker.model.acts import Level as Level
from tracker.model.acts import Operand as Operand
from tracker.model.corrections import Correction as Correction

Language = Literal["ja", "en"]

# The topics' fixed ids: labels, routes and digests refer to them. What belongs to each, and its
# names, is in the rules of `classification` and in the catalogs.
TOPIC_IDS = (
    "semiconductor-subsystems",
    "fdpr",
    "secondary-tariffs",
    "allied-alignment",
    "advanced-computing",
    "ai-compute-enforcement",
    "ai-model-weights",
    "entity-list",
    "end-use-end-user",
    "license-exceptions",
    "deemed-exports-research",
    "ai-exports-program",
    "ai-infrastructure",
    "federal-ai-procurement",
    "ai-governance",
    "investment-screening",
    "biosecurity",
    "enforcement",
    "comment-opportunity",
    "ict-supply-chain",
    "ear-other",
)


class DocumentKind(StrEnum):
    """What a record is, in the words of the JSON records (`docs/records.md`)."""

    RULE = "rule"
    PROPOSED_RULE = "proposed-rule"
    NOTICE = "notice"
    PRESIDENTIAL = "presidential"
    CORRECTION = "correction"
    PAGE = "page"
    CFR = "cfr"
    LAW = "law"  # a law of Japan, kept up to date like the CFR
    LIST = "list"
    DOCKET = "docket"
    JUDGMENT = "judgment"
    BILL = "bill"


# Texts that last for years and change in places; all other documents are published once.
KEPT_UP_TO_DATE = frozenset(
    {
        DocumentKind.CFR,
        DocumentKind.LAW,
        DocumentKind.LIST,
        DocumentKind.PAGE,
        DocumentKind.DOCKET,
        DocumentKind.BILL,
    }
)


class ResourceType(StrEnum):
    """What kind of bytes an answer holds, and so which reader it needs."""

    FR_RECORD = "fr-record"  # one document object of the Federal Register API, canonical JSON
    FR_XML = "fr-xml"  # full_text_xml_url
    FR_TEXT = "fr-text"  # raw_text_url, also of public inspection
    PI_RECORD = "pi-record"  # one public inspection object, canonical JSON
    ECFR_PART = "ecfr-part"  # versioner full XML of one part
    PAGE = "page"  # HTML
    PDF = "pdf"
    FEED_ENTRY = "feed-entry"  # one entry of an RSS or Atom feed, canonical JSON
    SCREENING_LIST = "screening-list"  # consolidated.json
    TARIFF = "tariff"  # all rows of the Harmonized Tariff Schedule, JSON
    TARIFF_NOTES = "tariff-notes"  # its chapter 99 as PDF, with the U.S. notes
    DOCKET = "docket"  # a docket of Regulations.gov with its documents, canonical JSON
    COMMENT = "comment"  # one public comment, canonical JSON
    JAPANESE_LAW = "japanese-law"  # one revision of a law of Japan, JSON with its XML
    JUDGMENT = "judgment"  # an opinion or order of a court: a PDF, or JSON of CourtListener with its text
    BILL = "bill"  # a bill of the Congress with its actions, canonical JSON
    BILL_TEXT = "bill-text"  # one version of its text, XML
    MATRIX = "matrix"  # a spreadsheet of METI: items of Japanese law with the ECCN for reference
    LISTING = "listing"  # an answer kept as evidence only: a search page, titles.json, a feed


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """The same sentence in Japanese and in English."""

    ja: str
    en: str

    def get(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en


# --- answers of sources -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP exchange, as it happened. `body` is after content decoding. `tls` is what was shown and checked of the
    peer when the connection was made: `version`, and of its certificate `sha256` (of the DER bytes, hex), `subject`,
    `issuer`, `not_before`, `not_after`; None over plain HTTP."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    request_headers: tuple[tuple[str, str], ...] = ()
    tls: Mapping[str, str] | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


# `Fetched.meta` of a record whose full text exists and could not be fetched yet.
TEXT_PENDING = {"text": "pending"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One fetched resource of a source: `parsing.read` turns it into one `Document`.

    `key` is its permanent name within the source: a document number, `15 CFR 744`, a URL.
    `meta` is what the request knows and the bytes do not contain: `as_of` (eCFR date),
    `title` and `part`, `link_text`, `content` (CSS selector), `list_name`, `text` (`TEXT_PENDING`).
    `attachments` belong to the same document: the full text XML beside its API record.
    `outline` is a hash of what the parser sees of a page; empty for other answers, and where it was not computed.
    """

    key: str
    role: ResourceType
    answer: HttpResponse
    meta: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Fetched, ...] = ()
    outline: str = ""

    @property
    def text_pending(self) -> bool:
        """Whether its full text exists and could not be fetched yet."""
        return TEXT_PENDING.items() <= self.meta.items()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server answered 304, or its own fingerprint (eCFR sizes) shows that nothing changed."""

    key: str
    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Absent:
    """Something seen earlier that the source no longer shows, by one answer; the last two of public inspection only."""

    key: str
    url: str
    reason: str
    how: Literal["gone", "published", "withdrawn"] = "gone"


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of a resource from its last answer, verbatim, to be sent back verbatim."""

    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None  # of the last body kept, or of the last canonical record
    extraction_config: str | None = None  # how the last body was read; another one forces a full fetch
    last_full_fetch_at: datetime | None = None  # last time that a whole body was received


# --- documents -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest addressable piece of a legal text.

    `path` is its citation path, unique in its document: `15 CFR 744.21(b)(2)`,
    `Supp. No. 1 to Part 774 › 3B001 › c.1.a`, `Supp. No. 4 to Part 744 › JAPAN › Some Co., Ltd.`,
    on a page the heading path `Press release › Background › ¶2`.
    `text` is its own text without that of its children, as printed, white space folded, its
    designator (`marker`, such as `(b)(2)` or `c.1.a.`) at its start where it has one.
    `key` is what a table row is matched by (party, ECCN, country); empty elsewhere.
    `depth` is 0 for the outermost; a unit's parent is the nearest earlier one of less depth.
    `meta` is data the text does not print (`country`, `aliases`, `address`, `list`, `id`).
    """

    path: str
    kind: UnitKind
    text: str
    depth: int = 0
    marker: str = ""
    key: str = ""
    meta: tuple[tuple[str, str], ...] = ()


class UnitKind(StrEnum):
    HEADING = "heading"  # part, subpart, section, supplement, page heading: the text is the heading
    PARAGRAPH = "paragraph"
    NOTE = "note"
    ROW = "row"  # a table row; `key` is set where rows are matched by name
    ECCN = "eccn"  # the heading of a Commerce Control List entry
    ITEM = "item"  # a.4.b. inside an entry
    AUTHORITY = "authority"
    CITATION = "citation"  # source line, FR history in brackets
    EDITORIAL_NOTE = "editorial-note"  # EDNOTE: data about the text, not law
    EFFECTIVE_NOTE = "effective-note"  # EFFDNOT: stays and delays, not law text but legal status
    INSTRUCTION = "instruction"  # AMDPAR: an amendatory instruction
    LINK = "link"  # where a link of a page leads: `words → address`
    IMAGE = "image"  # which file an image of a page shows: `alternative text → address`


@dataclass(frozen=True, slots=True)
class Document:
    """A text with an identity of its own.

    `key` is the `Fetched.key`. FR documents carry their API record's facts; other kinds leave them empty. `published` is
    the publication date (FR), the as-of date (eCFR), the date printed on a page where one was found.
    """

    key: str
    kind: DocumentKind
    title: str
    url: str
    units: tuple[Unit, ...] = ()
    abstract: str = ""
    document_number: str | None = None
    citation: str | None = None
    agencies: tuple[str, ...] = ()
    published: date | None = None
    filed_at: datetime | None = None  # public inspection
    effective_on: date | None = None
    comments_close_on: date | None = None
    signing_date: date | None = None
    type: str = ""  # "Rule", "Proposed Rule", "Notice", "Presidential Document", or the subtype
    action: str = ""  # "Final rule; correction."
    dates_text: str = ""  # the prose DATES section
    docket_ids: tuple[str, ...] = ()
    rins: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None  # the first and the last page in its volume of the Federal Register
    cfr_references: tuple[str, ...] = ()  # "15 CFR 744"
    executive_order: str | None = None
    proclamation: str | None = None
    correction_of: str | None = None  # document number
    corrections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what the reader could not make sense of, for `status`


# --- differences -------------------------------------------------------------------------------

SpanKind = Literal["equal", "delete", "insert"]


class Op(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENUMBERED = "renumbered"


@dataclass(frozen=True, slots=True)
class Operation:
    """One difference between two documents, at one unit.

    `path` is the unit's path after (before, for `removed`); `from_path` the path before, for
    `moved` and `renumbered`, and for what changed its name (a heading, a party) with its words. `spans` are word runs, deletion before insertion, whose equal and
    delete runs joined give `before` and whose equal and insert runs joined give `after`.
    `editorial` says that nothing of legal weight differs: punctuation, spacing, dashes, markup.
    `follows` is the path (after; before, where that was removed) of the operation that this one
    only follows from: the inserted paragraph that pushed this one on, the renumbered parent, the
    paragraph that this one was split from or merged into. `position` is the unit's index in the
    document after (before, for `removed`); with it, operations can be applied.
    """

    path: str
    op: Op
    before: str = ""
    after: str = ""
    from_path: str | None = None
    editorial: bool = False
    spans: tuple[tuple[SpanKind, str], ...] = ()
    kind: UnitKind = UnitKind.PARAGRAPH
    follows: str | None = None
    position: int = -1


# --- what it means ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Topic:
    id: str
    score: float  # 0 to 1
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class DateMove:
    """The day to which a date was moved, and the name of the document that moved it."""

    to: date
    by: str


@dataclass(frozen=True, slots=True)
class LegalDate:
    """A date of a document. docs/records.md lists the types and explains `note`, `where`, `time`, `zone` and `counted`. `by`
    is the document that set the date, if another one did: its order, citation, number or title. The `where` of its words begins
    with that name. `moved`: a later document moved the date, which is superseded then."""

    type: str
    date: date
    note: str = ""
    quote: str = ""
    superseded: bool = False
    where: str = ""
    time: str = ""
    zone: str = ""
    counted: str = ""
    by: str = ""
    moved: DateMove | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """`state` is one of proposed, published, in-force, delayed, stayed, not-enforced, expired,
    withdrawn, rescinded. `by` is what the document that says so is called: the number of an order, else its FR
    citation, else its number, else its title; `number` is its number beside a citation, or the citation of an order. `units`: the paths it is confined to, none meaning the whole document;
    `where` the quoted words stood: a place of this document, or `90 FR 50857 › dates` of another. `zone`: the time zone in
    which its days begin and end, where that is not New York."""

    state: str
    since: date | None = None
    until: date | None = None
    by: str | None = None
    units: tuple[str, ...] = ()
    quote: str = ""
    where: str = ""
    number: str | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRelation:
    """This document acts on another: corrects, extends, delays, stays, amends, withdraws, rescinds,
    implements, suspends-enforcement, resumes-enforcement. `target` is a document number, an FR citation,
    a docket, a RIN or a title; `where` is where the quoted words stood."""

    relation: str
    target: str
    quote: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Classification:
    """What a document, or a change of it, means for a Japanese firm; each part with its words."""

    level: Level
    topics: tuple[Topic, ...] = ()
    direction: Direction | None = None
    japan_nexus: tuple[Evidence, ...] = ()
    dates: tuple[LegalDate, ...] = ()
    status: tuple[Status, ...] = ()
    links: tuple[DocumentRelation, ...] = ()
    units: tuple[str, ...] = ()  # citation paths that it touches
    eccns: tuple[str, ...] = ()
    reason: LocalizedText = LocalizedText("", "")
    summary: LocalizedText = LocalizedText("", "")
    acts: tuple[Act, ...] = ()  # the gravest first
    needs_reading: bool = (
        False  # a person has to read it: no act could be read in it, or its text was not read
    )
    headline: LocalizedText = LocalizedText("", "")  # what changed, made from the gravest act
    version: str = ""  # of the rules that said so


@dataclass(frozen=True, slots=True)
class Profile:
    """What one firm or team cares about. Every field may be empty."""

    id: str
    eccns: tuple[str, ...] = ()
    hts: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    units: tuple[str, ...] = ()  # watched units and instruments, as `tracker law` takes them


@dataclass(frozen=True, slots=True)
class ProfileMatch:
    """Why a change concerns a profile, and the level that it has for it."""

    profile: str
    level: Level
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SnapshotRef:
    sha256: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """The record that people see: a new document, or what differs between two snapshots.

    `id` (`chg_` and 16 hex digits) is stable when a poll is repeated. `revision` counts material
    updates of the same record (published after inspection, corrected in place); each is told once.
    `baseline` records were in a source when it was first polled, or came by backfill: never told.
    """

    id: str
    source: str
    kind: DocumentKind
    title: str
    url: str
    detected_at: datetime
    tagging: Classification
    document_number: str | None = None
    citation: str | None = None
    agencies: tuple[str, ...] = ()
    published: date | None = None
    abstract: str = ""
    revision: int = 1
    baseline: bool = False
    editorial: bool = False
    profiles: tuple[ProfileMatch, ...] = ()
    before: SnapshotRef | None = None
    after: SnapshotRef | None = None
    supersedes: str | None = None
    corrections: tuple[Correction, ...] = ()  # as people see it; never as it is stored
    order: str | None = None  # "E.O. 14257", "Proclamation 10962": what other documents call it


# --- messages ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that is not about a change. `id` is `ntc_` and 16 hex digits.

    `kind` is source-down, source-back, source-quiet, source-resumed, source-gap, source-whole, channel-down,
    channel-back, recipient-refused, recipient-back, prediction-differs, deadline,
    unacknowledged, review-due, review-decided, review-entered or test; `data` its facts (`present.notice`).
    """

    id: str
    kind: str
    level: Level
    story: str
    data: Mapping[str, Any]
    at: datetime
