"""Brings a database to the newest schema. Alembic is imported here only: it costs half a second, and
nearly every start finds the schema as it should be."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    return made


def revisions() -> list[str]:
    """Every schema version there ever was, oldest first."""
    return [made.revision for made in ScriptDirectory.from_config(config()).walk_revisions()][::-1]


def upgrade(engine: Engine, revision: str = "head") -> None:
    """One transaction: a kill in the middle leaves the schema as it was."""
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)
