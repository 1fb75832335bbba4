"""The tables. Each class describes one row; its docstring says what NULL means. Rows are validated by the stages
that create them, not here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from tracker.storage import (  # noqa: F401 - their tables are part of the schema  # fmt: skip
    account_tables,
    assistant_tables,
    effect_tables,
    inbox_tables,
    page_tables,
    prediction_tables,
    watch_tables,
)
from tracker.storage.table_base import BIG_INTEGER, DayType, InstantType, JsonType, TableBase, where


class BlobRow(TableBase, table=True):
    """Bytes by their SHA-256. `dictionary_sha256` is the blob that serves as compression dictionary; NULL: none."""

    __tablename__ = "blob"
    sha256: str = Field(primary_key=True, max_length=64)
    size: int
    dictionary_sha256: str | None = Field(default=None, index=True, max_length=64)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TombstoneRow(TableBase, table=True):
    """Bytes that retention dropped: their size, their compressed size, their snapshots, the times of the first and
    last answer with them, the reason, and when they were dropped. Their row in `blob` stays, without data. `chain`
    hashes this row with the chain before it. The same bytes are stored again when they are fetched again; their
    tombstone stays."""

    __tablename__ = "tombstone"
    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(index=True, max_length=64)
    size: int
    compressed_size: int
    snapshots: Any = Field(sa_column=Column(JsonType(), nullable=False))
    first_at: datetime = Field(sa_type=InstantType)
    last_at: datetime = Field(sa_type=InstantType)
    reason: str
    at: datetime = Field(sa_type=InstantType)
    chain: str = Field(max_length=64)


class SnapshotRow(TableBase, table=True):
    """A stored answer. `chain` hashes this row with the chain before it, so that `tracker verify` finds altered and
    deleted rows. `tls` is the server's certificate; NULL over plain HTTP, and where it was not recorded."""

    __tablename__ = "snapshot"
    __table_args__ = (Index(None, "source", "key"), Index(None, "sha256"))
    id: int | None = Field(default=None, primary_key=True)
    source: str
    key: str
    role: str
    url: str
    status: int
    headers: Any = Field(sa_column=Column(JsonType(), nullable=False))
    request_headers: Any = Field(sa_column=Column(JsonType(), nullable=False))
    meta: Any = Field(sa_column=Column(JsonType(), nullable=False))
    sha256: str = Field(foreign_key="blob.sha256", max_length=64)
    fetched_at: datetime = Field(sa_type=InstantType)
    tls: Any = Field(default=None, sa_column=Column(JsonType(none_as_null=True), nullable=True))
    chain: str = Field(max_length=64)


class SourceDiskRow(TableBase, table=True):
    """The number of stored answers of a source, their compressed and uncompressed bytes, and the number dropped by
    retention. Triggers update it, because counting would read all of `blob`. The bytes of a blob count for the
    first source that stored it."""

    __tablename__ = "source_disk"
    source: str = Field(primary_key=True)
    answers: int
    compressed_size: int = Field(sa_type=BIG_INTEGER)
    uncompressed_size: int = Field(sa_type=BIG_INTEGER)
    dropped: int


class VersionRow(TableBase, table=True):
    """One state of a document. `document_id` is its permanent id across sources (`fr:2025-19001`); `snapshots` are
    the ids of its answers, the main one first."""

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("document_id", "ordinal"),
        Index(None, "source", "key"),
        Index("ix_version_masked", "source", "key", **where("volatile_patterns <> '[]'")),
    )
    id: int | None = Field(default=None, primary_key=True)
    document_id: str
    ordinal: int
    source: str
    key: str
    digest: str = Field(max_length=64)
    snapshots: Any = Field(sa_column=Column(JsonType(), nullable=False))
    volatile_patterns: Any = Field(sa_column=Column(JsonType(), nullable=False))
    at: datetime = Field(sa_type=InstantType, index=True)


class ResourceRow(TableBase, table=True):
    """The last response headers of one resource of a source, for conditional requests.

    `held_sha256`: an answer that is held for confirmation, seen `held_count` times in a row. `missing_count`: polls
    in a row in which the source no longer listed it. `outline`: a hash of what the parser saw of the page with the
    stored text; an answer with the same one holds the same text.
    """

    __tablename__ = "resource"
    __table_args__ = (Index("ix_resource_held", "source", "key", **where("held_sha256 IS NOT NULL")),)
    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = Field(default=None, max_length=64)
    size: int | None = None
    extraction_config: str | None = None
    last_full_fetch_at: datetime | None = Field(default=None, sa_type=InstantType)
    held_sha256: str | None = Field(default=None, max_length=64)
    held_count: int = 0
    missing_count: int = 0
    outline: str | None = Field(default=None, max_length=64)


class SourceRow(TableBase, table=True):
    """The state of a source. `baseline_at` NULL: never polled with success. `next_poll_at` NULL: due now.
    `lease_owner` may poll it until `lease_until`."""

    __tablename__ = "source"
    id: str = Field(primary_key=True)
    state: str = "new"
    since: datetime | None = Field(default=None, sa_type=InstantType)
    reason: str = ""
    baseline_at: datetime | None = Field(default=None, sa_type=InstantType)
    next_poll_at: datetime | None = Field(default=None, sa_type=InstantType)
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=InstantType)
    last_attempt_at: datetime | None = Field(default=None, sa_type=InstantType)
    last_success_at: datetime | None = Field(default=None, sa_type=InstantType)
    consecutive_failures: int = 0
    cursor: Any = Field(sa_column=Column(JsonType(), nullable=False))
    backfill: Any = Field(sa_column=Column(JsonType(), nullable=False))
    last_report: Any = Field(sa_column=Column(JsonType(), nullable=False))


class ChangeRow(TableBase, table=True):
    """A change. `record` is the whole of it as JSON, the other columns are for searching, and `row_hash` hashes
    them all (`integrity`). The index over many columns, and one by day that the migration creates (SQLAlchemy does
    not reflect an index over an expression), answer the inbox's questions (the number of each level, the newest)
    without reading a record.

    `queue_level`: the rank that the inbox shows: that of `level`, or of the gravest profile where the change is outside the
    field for everybody else. `handled`, `decided`, `assignee`: what the review log says of the current revision
    (`review_states`)."""

    __tablename__ = "change"
    __table_args__ = (
        Index(
            "ix_change_face",
            "level",
            "editorial",
            "baseline",
            "source",
            "kind",
            "published",
            "detected_at",
            "id",
            "revision",
        ),
        Index(None, "source", "published"),
        Index("ix_change_assignee", "assignee", **where("assignee <> ''")),
    )
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True, max_length=20)
    document_id: str = Field(index=True)
    version: int
    source: str
    kind: str
    document_number: str | None = Field(default=None, index=True)
    citation: str | None = Field(default=None, index=True)
    level: int = Field(index=True)  # rank: 0 none to 4 critical
    direction: str | None = None
    published: date | None = Field(default=None, index=True, sa_type=DayType)
    detected_at: datetime = Field(sa_type=InstantType, index=True)
    baseline: bool = False
    editorial: bool = False
    revision: int = 1
    operations: str | None = Field(default=None, foreign_key="blob.sha256", max_length=64)
    record: str = Field(sa_column=Column(Text, nullable=False))
    row_hash: str = Field(default="", max_length=64)
    queue_level: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    handled: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    decided: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    assignee: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ChangeTextRow(TableBase, table=True):
    """The text by which a change is searched, folded by `text.index_form`; FTS5 indexes this table. `ja` holds the pairs
    of characters of `text.words.index_words`."""

    __tablename__ = "change_text"
    seq: int = Field(primary_key=True, foreign_key="change.seq")
    ja: str = Field(sa_column=Column(Text, nullable=False))
    en: str = Field(sa_column=Column(Text, nullable=False))
    title: str = Field(sa_column=Column(Text, nullable=False, server_default=""))


class ChangeTopicRow(TableBase, table=True):
    __tablename__ = "change_topic"
    __table_args__ = (Index(None, "topic", "seq"),)
    seq: int = Field(primary_key=True, foreign_key="change.seq")
    topic: str = Field(primary_key=True)


class ChangeProfileRow(TableBase, table=True):
    """A profile that the change touches, and the rank of its level for it."""

    __tablename__ = "change_profile"
    __table_args__ = (Index(None, "profile", "seq"),)
    seq: int = Field(primary_key=True, foreign_key="change.seq")
    profile: str = Field(primary_key=True)
    level: int


class ChangeStatusRow(TableBase, table=True):
    """A legal status of the change, from and until which day; NULL: open on that side."""

    __tablename__ = "change_status"
    __table_args__ = (Index(None, "state", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(foreign_key="change.seq", index=True)
    state: str
    since: date | None = Field(default=None, index=True, sa_type=DayType)
    until: date | None = Field(default=None, index=True, sa_type=DayType)


class DocumentRelationRow(TableBase, table=True):
    """A document that the change's document acts on, by document number or FR citation."""

    __tablename__ = "document_relation"
    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(foreign_key="change.seq", index=True)
    relation: str
    target: str = Field(index=True)


class LegalDateRow(TableBase, table=True):
    """A date of a change."""

    __tablename__ = "legal_date"
    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(foreign_key="change.seq", index=True)
    type: str
    day: date = Field(index=True, sa_type=DayType)
    superseded: bool = False


class DeliveryRow(TableBase, table=True):
    """The outbox: a message for one channel. `kind`: alert (`subject_id` is a change, with its `revision`, or a notice) or
    digest (`subject_id` is a week such as `2026-W47`, in a `language`, for a `profile`, empty: for everybody; both NULL
    for an alert).

    `state`: pending, claimed, sent, dead, or withheld (muted or redirected; never sent). A claim that expires
    (`claimed_until`) without a recorded attempt may have been sent: the next claim sets `repeated`. Alerts of one `story`
    arrive at a channel in order. Rows of one `batch` are sent as one message; NULL: on its own. `hold_reason`: the rule that
    delays or withholds it and until when (`routing.Hold`); NULL: none. Triggers update `delivery_count`: a migration that
    rebuilds this table creates them again.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(None, "state"),
        Index(None, "channel", "state"),
        Index(None, "channel", "story", "state"),
        Index(None, "channel", "batch"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    subject_id: str = Field(index=True)
    revision: int
    channel: str
    language: str | None = None
    profile: str | None = None
    reason: Any = Field(default_factory=dict, sa_column=Column(JsonType(), nullable=False))
    state: str = "pending"
    attempts: int = 0
    repeated: bool = False
    created_at: datetime = Field(sa_type=InstantType)
    next_attempt_at: datetime = Field(sa_type=InstantType)
    claimed_until: datetime | None = Field(default=None, sa_type=InstantType)
    story: str | None = None
    batch: str | None = None
    hold_reason: Any = Field(default=None, sa_column=Column(JsonType(none_as_null=True)))


class DeliveryRecipientRow(TableBase, table=True):
    """The state of one recipient of a delivery, where a channel has several, or where the only one did not accept
    it at the first attempt. `key` is that of the delivery; `recipient` is its address, empty for the channel
    itself. `state`: sent, pending, dead, removed (from the channel's settings). `repeated`: it may have the
    message, or a part of it, already. `answer` is the last one, at `at`."""

    __tablename__ = "delivery_recipient"
    key: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    state: str = Field(index=True)
    repeated: bool = False
    attempts: int = 0
    answer: str = ""
    at: datetime = Field(sa_type=InstantType)


class DeliveryCountRow(TableBase, table=True):
    """The number of deliveries of one kind in each state for a channel, and the id of its last attempt. Triggers update it,
    because counting a million rows takes 0.2 s."""

    __tablename__ = "delivery_count"
    channel: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    pending: int
    claimed: int
    sent: int
    dead: int
    withheld: int
    last_attempt: int | None = None


class NoticeRow(TableBase, table=True):
    """An alert that is not about a change: an outage, an upcoming date. `data` are the facts of the message;
    `level` is a rank, as in `change`."""

    __tablename__ = "notice"
    id: str = Field(primary_key=True, max_length=20)
    kind: str
    level: int
    story: str
    data: Any = Field(sa_column=Column(JsonType(), nullable=False))
    created_at: datetime = Field(sa_type=InstantType)


class IncidentRow(TableBase, table=True):
    """A period in which a source or a channel failed. `subject` is such as `source:fr-bis`, `quiet:fr-bis` or
    `channel:mail`. `cause` is structured (`rendering.failure_cause`), NULL where there is only the `reason`, an answer or
    error in the words of its target. `closed_at` NULL: it lasts. One row is one outage, whatever its later causes are."""

    __tablename__ = "incident"
    __table_args__ = (
        Index(None, "subject", "closed_at"),
        Index(None, "closed_at"),
        Index("ix_incident_open", "subject", **where("closed_at IS NULL")),
    )
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    reason: str
    cause: Any = Field(default=None, sa_column=Column(JsonType(none_as_null=True), nullable=True))
    opened_at: datetime = Field(sa_type=InstantType)
    closed_at: datetime | None = Field(default=None, sa_type=InstantType)


class ReconciliationRow(TableBase, table=True):
    """The result of an audit of a source: `record` is that of `tracker audit --json`, without its days. `through`:
    the last day up to which every channel was compared; NULL: none was."""

    __tablename__ = "reconciliation"
    __table_args__ = (Index(None, "source", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    at: datetime = Field(sa_type=InstantType)
    since: date = Field(sa_type=DayType)
    through: date | None = Field(default=None, sa_type=DayType)
    ok: bool
    record: Any = Field(sa_column=Column(JsonType(), nullable=False))


class DocumentGroupRow(TableBase, table=True):
    """A name (document number, FR citation, document_id) of a story."""

    __tablename__ = "document_group"
    name: str = Field(primary_key=True)
    story: str = Field(index=True)


class ThreadRow(TableBase, table=True):
    """A channel's own id of the thread of a story, from the target's answer to its first message."""

    __tablename__ = "thread"
    channel: str = Field(primary_key=True)
    story: str = Field(primary_key=True)
    external_thread_id: str


class MuteRow(TableBase, table=True):
    """A mute (`hold` false: deliveries are withheld) or a snooze (`hold` true: they are delayed) until a moment.
    `scope` is channel, source, topic or story; `channel` NULL: for all channels."""

    __tablename__ = "mute"
    id: int | None = Field(default=None, primary_key=True)
    scope: str
    value: str
    channel: str | None = None
    hold: bool
    until: datetime = Field(sa_type=InstantType, index=True)
    created_at: datetime = Field(sa_type=InstantType)
    ended: bool = False


class AttemptRow(TableBase, table=True):
    """One attempt at a delivery. `chain` hashes it with the chain before it."""

    __tablename__ = "attempt"
    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    at: datetime = Field(sa_type=InstantType, index=True)
    ok: bool
    answer: str
    seconds: float
    chain: str = Field(default="", max_length=64)


class ReviewRow(TableBase, table=True):
    """A review of one revision of a change. Rows are only added; `chain` hashes each with the chain before it.
    `value`: the assignee, the decision, the due day, the corrected fields
    (`corrections.CorrectedFields`); `note`: the reason or comment."""

    __tablename__ = "review"
    __table_args__ = (Index(None, "action", "value"),)
    id: int | None = Field(default=None, primary_key=True)
    change_id: str = Field(index=True, max_length=20)
    revision: int
    at: datetime = Field(sa_type=InstantType)
    who: str
    action: str
    value: str = ""
    note: str = Field(sa_column=Column(Text, nullable=False))
    chain: str = Field(max_length=64)


class RowEventRow(TableBase, table=True):
    """The values of a row of the table `name` after this program last wrote it (`row_log`): `key` is its primary
    key as JSON, `after` the hash of its columns, empty where the row was deleted. `sound`: its earlier values agree
    with its last entry. `chain` hashes each entry with the chain before it."""

    __tablename__ = "row_event"
    __table_args__ = (Index(None, "name", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str
    key: str
    after: str = Field(max_length=64)
    sound: bool
    chain: str = Field(max_length=64)


class DataVersionRow(TableBase, table=True):
    """One row. Triggers count each write to what the viewer shows (`change`, `review`, `delivery`, `attempt`,
    `version`); other writes of the daemon do not count."""

    __tablename__ = "data_version"
    id: int | None = Field(default=None, primary_key=True)
    number: int


metadata = TableBase.metadata

# Core tables, for statements: SQLModel types its attributes as values, not as columns.
BLOB = metadata.tables["blob"]
TOMBSTONE = metadata.tables["tombstone"]
SNAPSHOT = metadata.tables["snapshot"]
VERSION = metadata.tables["version"]
DATA_VERSION = metadata.tables["data_version"]
RESOURCE = metadata.tables["resource"]
SOURCE = metadata.tables["source"]
SOURCE_DISK = metadata.tables["source_disk"]
CHANGE = metadata.tables["change"]
CHANGE_TEXT = metadata.tables["change_text"]
CHANGE_TOPIC = metadata.tables["change_topic"]
CHANGE_PROFILE = metadata.tables["change_profile"]
CHANGE_STATUS = metadata.tables["change_status"]
DOCUMENT_RELATION = metadata.tables["document_relation"]
LEGAL_DATE = metadata.tables["legal_date"]
DELIVERY = metadata.tables["delivery"]
DELIVERY_RECIPIENT = metadata.tables["delivery_recipient"]
ATTEMPT = metadata.tables["attempt"]
REVIEW = metadata.tables["review"]
NOTICE = metadata.tables["notice"]
KEPT_COUNT = metadata.tables["kept_count"]
INCIDENT = metadata.tables["incident"]
RECONCILIATION = metadata.tables["reconciliation"]
DOCUMENT_GROUP = metadata.tables["document_group"]
THREAD = metadata.tables["thread"]
MUTE = metadata.tables["mute"]
ROW_EVENT = metadata.tables["row_event"]
