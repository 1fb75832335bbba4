"""Connections to PostgreSQL, for writers (SQLAlchemy) and readers (psycopg). The driver is the extra `postgres`."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError

from tracker.errors import ServerTrouble, UsageError
from tracker.storage.row_log import POSTGRES_NOTED

# The lock of all writers of one database, and that of the upgrade of its schema. Advisory locks belong to a database.
WRITER_LOCK = 7_202_611
IDLE_SECONDS = 1.0  # after which a connection is asked whether it lives before it is used
# Options of a connection whose statements see one moment.
READING = {"tracker_read": True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
SILENT_SECONDS = 20.0  # between two statements of a writing transaction: all other writers wait for it
_CURE = "is the server running, and is [store] url right?"


def require_driver() -> None:
    """Raises UsageError where the driver is not installed."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "[store] url: the driver of PostgreSQL is not installed", cure="pip install 'tracker[postgres]'"
        ) from error


def _lives(engine: Engine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error:
        return False


def engine(url: str) -> Engine:
    """An engine whose writing transactions hold the writers' lock, and whose reading ones see one moment."""
    require_driver()
    from tracker.storage.postgres_session import parameters

    made = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args=parameters(url),
    )

    @event.listens_for(made, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.execute(POSTGRES_NOTED)
        connection.commit()

    @event.listens_for(made, "checkin")
    def _checked_in(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(made, "checkout")
    def _checked_out(connection: Any, record: Any, _proxy: object) -> None:
        # Asking each time whether the connection lives would double the round trips of a poll.
        idle = time.monotonic() - record.info.get("used", -IDLE_SECONDS)
        if "used" in record.info and idle >= IDLE_SECONDS and not _lives(made, connection):
            raise DisconnectionError

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("tracker_beside"):  # writes to no table of the schema: no writer waits for it
            return
        if options.get("tracker_read"):  # READING says which transaction BEGIN begins
            return
        # READ COMMITTED: each statement sees what the writer before committed, who held the lock until then.
        durable = "on" if options.get("tracker_durable") else "off"
        connection.exec_driver_sql(
            f"SELECT pg_advisory_xact_lock({WRITER_LOCK}), set_config('tracker.writer', 'on', true),"
            f" set_config('synchronous_commit', '{durable}', true),"
            f" set_config('idle_in_transaction_session_timeout', '{int(SILENT_SECONDS * 1_000)}', true)"
        )

    return made


def has_state(url: str) -> bool:
    """Whether the database has the tracker's tables."""
    require_driver()
    import psycopg

    from tracker.storage.postgres_session import parameters

    try:
        with psycopg.connect(url, **parameters(url)) as connection:
            row = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    except psycopg.Error as error:
        raise trouble(url, error) from error
    return row is not None and row[0] is not None


def trouble(url: str, error: BaseException | None) -> ServerTrouble:
    """The error in one line, without the password of the URL."""
    said = " ".join(str(error).split())
    return ServerTrouble(f"{make_url(url).render_as_string(hide_password=True)}: {said}", cure=_CURE)
