"""One search index in place of two: English by stems, Japanese by pairs of characters, the title as a column of its own."""

import sqlalchemy as sa
from alembic import op

from tracker.storage import sqlite_objects
from tracker.text import index_form
from tracker.text.words import index_words

revision = "0002"
down_revision = "0001"

_ROWS = 5_000  # of one batch


def upgrade() -> None:
    op.add_column("change_text", sa.Column("title", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":  # no other database has rows of the first schema
        return
    text = sa.table("change_text", *map(sa.column, ("seq", "title", "en", "ja")))
    change = sa.table("change", sa.column("seq"), sa.column("record", sa.JSON()))
    last = 0
    while True:
        rows = connection.execute(
            sa.select(text.c.seq, text.c.en, text.c.ja, change.c.record["title"].as_string().label("title"))
            .join_from(text, change, change.c.seq == text.c.seq)
            .where(text.c.seq > last)
            .order_by(text.c.seq)
            .limit(_ROWS)
        ).all()
        if not rows:
            break
        connection.execute(
            sa.update(text)
            .where(text.c.seq == sa.bindparam("number"))
            .values(title=sa.bindparam("folded"), en=sa.bindparam("rest"), ja=sa.bindparam("pairs")),
            [_row(row.seq, index_form(row.title or ""), row.en, row.ja) for row in rows],
        )
        last = rows[-1].seq
    sqlite_objects.create_search(connection)


def _row(seq: int, title: str, en: str, ja: str) -> dict[str, object]:
    """`en` began with the title, which is a column of its own now."""
    return {
        "number": seq,
        "folded": title,
        "rest": en.removeprefix(title).lstrip(),
        "pairs": index_words(ja),
    }
