"""Upgrades a database to the newest schema. Alembic is imported here only: it costs half a second, and nearly
every start finds the schema up to date."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from tracker.storage.table_base import POSTGRES

FOLDERS = [Path(__file__).parent / "versions"]  # of migrations; the upgrade drill adds one of its own


def config() -> Config:
    """Alembic's configuration: where the migrations are."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("version_locations", os.pathsep.join(map(str, FOLDERS)))
    made.set_main_option("path_separator", "os")
    return made


def revisions() -> list[str]:
    """All schema versions, oldest first."""
    return [made.revision for made in ScriptDirectory.from_config(config()).walk_revisions()][::-1]


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrades in one transaction: a process killed on the way leaves the schema as it was. Of several processes one
    upgrades, the others wait for it: by SQLite's lock of writers, in PostgreSQL by an advisory lock."""
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)
        if connection.dialect.name == POSTGRES:
            from tracker.storage import postgres_objects

            postgres_objects.refresh(connection)
