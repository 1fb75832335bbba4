"""First schema: the tables, then what only SQLite has (`sqlite_objects`)."""

import sqlalchemy as sa
from alembic import op

from tracker.storage import sqlite_objects
from tracker.storage.table_base import BIG_INTEGER, DAY_TEXT, JSON_TEXT

revision = "0001"
down_revision = None

INSTANT = sa.String(length=27)  # ISO text in UTC: see `InstantType`


def upgrade() -> None:
    op.create_table(
        "absence",
        *_strings("source", "key", "url", "reason"),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("change", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_absence")),
    )
    op.create_table(
        "account",
        *_strings("id", "name", "role", "password"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    _index("account", "subject", unique=True)
    op.create_table(
        "audit_log",
        *_numbered("audit_log"),
        sa.Column("at", INSTANT, nullable=False),
        *_strings("who", "address", "action", "value"),
        sa.Column("chain", sa.String(length=64), nullable=False),
    )
    _index("audit_log", "action", "value")
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("dictionary_sha256", sa.String(length=64), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "data_version",
        *_numbered("data_version"),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_table(
        "delivery",
        *_numbered("delivery"),
        *_strings("key", "kind", "subject_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("profile", sa.String(), nullable=True),
        sa.Column("reason", JSON_TEXT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("story", sa.String(), nullable=True),
        sa.Column("batch", sa.String(), nullable=True),
        sa.Column("hold_reason", JSON_TEXT, nullable=True),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    _index("delivery", "channel", "batch")
    _index("delivery", "channel", "state")
    _index("delivery", "channel", "story", "state")
    _index("delivery", "state")
    _index("delivery", "subject_id")
    op.create_table(
        "delivery_count",
        *_strings("channel", "kind"),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("dead", sa.Integer(), nullable=False),
        sa.Column("withheld", sa.Integer(), nullable=False),
        sa.Column("last_attempt", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "kind", name=op.f("pk_delivery_count")),
    )
    op.create_table(
        "delivery_recipient",
        *_strings("key", "recipient", "state"),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", "recipient", name=op.f("pk_delivery_recipient")),
    )
    _index("delivery_recipient", "state")
    op.create_table(
        "document_group",
        *_strings("name", "story"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_document_group")),
    )
    _index("document_group", "story")
    op.create_table(
        "flapping",
        *_strings("source", "key", "url"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("snapshots", JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_flapping")),
    )
    op.create_table(
        "incident",
        *_numbered("incident"),
        *_strings("subject", "reason"),
        sa.Column("cause", JSON_TEXT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
    )
    _index("incident", "subject", "closed_at")
    op.create_table(
        "login_event",
        *_numbered("login_event"),
        sa.Column("at", INSTANT, nullable=False),
        *_strings("name", "address", "outcome"),
    )
    op.create_table(
        "model_summary",
        *_numbered("model_summary"),
        sa.Column("change_id", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ja", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("quotes", JSON_TEXT, nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
    )
    _index("model_summary", "change_id", "revision")
    op.create_table(
        "mute",
        *_numbered("mute"),
        *_strings("scope", "value"),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("data", JSON_TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_table(
        "reconciliation",
        *_numbered("reconciliation"),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("since", DAY_TEXT, nullable=False),
        sa.Column("through", DAY_TEXT, nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("record", JSON_TEXT, nullable=False),
    )
    _index("reconciliation", "source", "at")
    op.create_table(
        "resource",
        *_strings("source", "key"),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("extraction_config", sa.String(), nullable=True),
        sa.Column("last_full_fetch_at", INSTANT, nullable=True),
        sa.Column("held_sha256", sa.String(length=64), nullable=True),
        sa.Column("held_count", sa.Integer(), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_resource")),
    )
    op.create_table(
        "review",
        *_numbered("review"),
        sa.Column("change_id", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *_strings("who", "action", "value"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
    )
    _index("review", "change_id")
    op.create_table(
        "row_event",
        *_numbered("row_event"),
        *_strings("name", "key"),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
    )
    _index("row_event", "name", "key")
    op.create_table(
        "saved_search",
        sa.Column("id", sa.String(length=8), nullable=False),
        *_strings("owner", "name"),
        sa.Column("conditions", JSON_TEXT, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_search_owner_name")),
        sa.UniqueConstraint("secret", name=op.f("uq_saved_search_secret")),
    )
    op.create_table(
        "similarity_result",
        sa.Column("change_id", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *_strings("made_with", "topic"),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_similarity_result")),
    )
    _index("similarity_result", "topic")
    op.create_table(
        "source",
        *_strings("id", "state"),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("baseline_at", INSTANT, nullable=True),
        sa.Column("next_poll_at", INSTANT, nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("last_attempt_at", INSTANT, nullable=True),
        sa.Column("last_success_at", INSTANT, nullable=True),
        sa.Column("consecutive_failures", sa.Integer(), nullable=False),
        sa.Column("cursor", JSON_TEXT, nullable=False),
        sa.Column("backfill", JSON_TEXT, nullable=False),
        sa.Column("last_report", JSON_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "source_disk",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("compressed_size", BIG_INTEGER, nullable=False),
        sa.Column("uncompressed_size", BIG_INTEGER, nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_disk")),
    )
    op.create_table(
        "thread",
        *_strings("channel", "story", "external_thread_id"),
        sa.PrimaryKeyConstraint("channel", "story", name=op.f("pk_thread")),
    )
    op.create_table(
        "tombstone",
        *_numbered("tombstone"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("compressed_size", sa.Integer(), nullable=False),
        sa.Column("snapshots", JSON_TEXT, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
    )
    _index("tombstone", "sha256")
    op.create_table(
        "version",
        *_numbered("version"),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        *_strings("source", "key"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("snapshots", JSON_TEXT, nullable=False),
        sa.Column("volatile_patterns", JSON_TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.UniqueConstraint("document_id", "ordinal", name=op.f("uq_version_document_id_ordinal")),
    )
    _index("version", "source", "key")
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("scopes", JSON_TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        _foreign("api_key", "account", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("secret", name=op.f("uq_api_key_secret")),
    )
    _index("api_key", "account")
    op.create_table(
        "attempt",
        *_numbered("attempt"),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        _foreign("attempt", "delivery_id", "delivery.id"),
    )
    _index("attempt", "delivery_id")
    op.create_table(
        "change",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_strings("source", "kind"),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.Column("citation", sa.String(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("published", DAY_TEXT, nullable=True),
        sa.Column("detected_at", INSTANT, nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("editorial", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("operations", sa.String(length=64), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.String(length=64), nullable=False),
        _foreign("change", "operations", "blob.sha256"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
        sa.UniqueConstraint("id", name=op.f("uq_change_id")),
    )
    _index("change", "citation")
    _index("change", "detected_at")
    _index("change", "document_id")
    _index("change", "document_number")
    op.create_index(
        "ix_change_face",
        "change",
        ["level", "editorial", "baseline", "source", "kind", "published", "detected_at", "id", "revision"],
    )
    _index("change", "level")
    _index("change", "published")
    _index("change", "source")
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        _foreign("session", "account", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    _index("session", "account")
    op.create_table(
        "snapshot",
        *_numbered("snapshot"),
        *_strings("source", "key", "role", "url"),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON_TEXT, nullable=False),
        sa.Column("request_headers", JSON_TEXT, nullable=False),
        sa.Column("meta", JSON_TEXT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", INSTANT, nullable=False),
        sa.Column("tls", JSON_TEXT, nullable=True),
        sa.Column("chain", sa.String(length=64), nullable=False),
        _foreign("snapshot", "sha256", "blob.sha256"),
    )
    _index("snapshot", "sha256")
    _index("snapshot", "source", "key")
    op.create_table(
        "change_profile",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _foreign("change_profile", "seq", "change.seq"),
        sa.PrimaryKeyConstraint("seq", "profile", name=op.f("pk_change_profile")),
    )
    _index("change_profile", "profile", "seq")
    op.create_table(
        "change_status",
        *_numbered("change_status"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", DAY_TEXT, nullable=True),
        sa.Column("until", DAY_TEXT, nullable=True),
        _foreign("change_status", "seq", "change.seq"),
    )
    _index("change_status", "seq")
    _index("change_status", "state", "seq")
    op.create_table(
        "change_text",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ja", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        _foreign("change_text", "seq", "change.seq"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change_text")),
    )
    op.create_table(
        "change_topic",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        _foreign("change_topic", "seq", "change.seq"),
        sa.PrimaryKeyConstraint("seq", "topic", name=op.f("pk_change_topic")),
    )
    _index("change_topic", "topic", "seq")
    op.create_table(
        "document_relation",
        *_numbered("document_relation"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_strings("relation", "target"),
        _foreign("document_relation", "seq", "change.seq"),
    )
    _index("document_relation", "seq")
    _index("document_relation", "target")
    op.create_table(
        "legal_date",
        *_numbered("legal_date"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("day", DAY_TEXT, nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        _foreign("legal_date", "seq", "change.seq"),
    )
    _index("legal_date", "day")
    _index("legal_date", "seq")
    op.create_table(
        "document_name",
        *_strings("document_id", "role", "name"),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("document_id", "role", "name", name=op.f("pk_document_name")),
    )
    _index("document_name", "role", "name", "first")
    op.create_table(
        "effect",
        *_numbered("effect"),
        *_strings("effect_id", "owner"),
        sa.Column("change_id", sa.String(), nullable=True),
        *_strings("verb"),
        sa.Column("section", sa.String(), nullable=True),
        *(sa.Column(name, INSTANT, nullable=name == "retracted_at") for name in ("known_at", "retracted_at")),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.UniqueConstraint("effect_id", name=op.f("uq_effect_effect_id")),
    )
    for name in ("owner", "change_id", "section", "known_at"):
        _index("effect", name)
    op.create_table(
        "effect_name",
        *_strings("effect_id", "role", "name"),
        _foreign("effect_name", "effect_id", "effect.effect_id"),
        sa.PrimaryKeyConstraint("effect_id", "role", "name", name=op.f("pk_effect_name")),
    )
    _index("effect_name", "role", "name")
    op.bulk_insert(
        sa.table("data_version", sa.column("id", sa.Integer), sa.column("number", sa.Integer)),
        [{"id": 1, "number": 0}],
    )
    sqlite_objects.create(op.get_bind())


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}_{target.partition('.')[0]}")


def _numbered(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    """The primary key of a table whose rows are numbered."""
    return sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=unique)


def _strings(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
