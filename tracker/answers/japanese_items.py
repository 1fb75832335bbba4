"""The items of Japanese law beside an ECCN, as METI's matrix gives them for reference. Many to many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, func, select

from tracker.classification.profile import eccn_matches
from tracker.errors import ParseError
from tracker.i18n import t
from tracker.model import Change, Language, ResourceType, Unit
from tracker.rendering.alert_message import LabeledFact
from tracker.rendering.redlines.stored import document_of
from tracker.sanitize import sanitize_line
from tracker.storage import versions
from tracker.storage.schema import SNAPSHOT, VERSION

_SHOWN = 6  # items of one ECCN
_ECCNS = 12  # of one change


@dataclass(frozen=True, slots=True)
class JapaneseItem:
    """An item as METI's matrix prints it, its path in Japanese law, and the provisions of the ordinance that specify it."""

    printed: str
    path: str
    provisions: tuple[str, ...]
    eccns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemsOfEccn:
    """The items beside an ECCN; none where the matrix names it nowhere."""

    eccn: str
    items: tuple[JapaneseItem, ...]


def items_beside(connection: Connection, eccns: Iterable[str]) -> tuple[ItemsOfEccn, ...] | None:
    """Return the items beside each ECCN; None where no matrix is stored."""
    matrix = stored_matrix(connection)
    if matrix is None:
        return None
    return tuple(
        ItemsOfEccn(
            eccn, tuple(item for item in matrix if any(eccn_matches(eccn, one) for one in item.eccns))
        )
        for eccn in dict.fromkeys(eccns)
    )


def stored_matrix(connection: Connection) -> tuple[JapaneseItem, ...] | None:
    """Return the items of the newest stored spreadsheets; None where there are none."""
    texts = connection.execute(
        select(VERSION.c.document_id, func.max(VERSION.c.ordinal).label("ordinal"))
        .where(
            select(SNAPSHOT.c.id)
            .where(
                SNAPSHOT.c.source == VERSION.c.source,
                SNAPSHOT.c.key == VERSION.c.key,
                SNAPSHOT.c.role == str(ResourceType.MATRIX),
            )
            .exists()
        )
        .group_by(VERSION.c.document_id)
    ).all()
    found: list[JapaneseItem] = []
    for row in texts:
        version = versions.get(connection, row.document_id, row.ordinal)
        if version is not None:
            found += _items(_Reader(connection, version))
    return tuple(found) if texts else None


class _Reader:
    """A version that is parsed once per process: equal readers are those of the same text."""

    def __init__(self, connection: Connection, version: versions.Version) -> None:
        self.connection, self.version = connection, version

    def __hash__(self) -> int:
        return hash((self.version.document_id, self.version.digest))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reader) and (self.version.document_id, self.version.digest) == (
            other.version.document_id,
            other.version.digest,
        )


@lru_cache(maxsize=8)
def _items(reader: _Reader) -> tuple[JapaneseItem, ...]:
    try:
        document = document_of(reader.connection, reader.version, reader.version.volatile_patterns)
    except ParseError:
        return ()  # the bytes were dropped or can no longer be read
    return tuple(_item(unit) for unit in document.units)


def _item(unit: Unit) -> JapaneseItem:
    def each(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in unit.meta if key == name)

    return JapaneseItem(next(iter(each("item")), unit.path), unit.path, each("provision"), each("eccn"))


def item_lines(connection: Connection, change: Change, language: Language) -> tuple[str, ...]:
    """Return a line for each ECCN of a change with its items, or that the matrix has none; none where no matrix is stored."""
    found = items_beside(connection, change.tagging.eccns[:_ECCNS]) if change.tagging.eccns else ()
    return tuple(_line(one, language) for one in found or ())


def item_facts(connection: Connection, change: Change, language: Language) -> tuple[LabeledFact, ...]:
    """Return the same for an alert."""
    gap = "。" if language == "ja" else "; "
    lines = item_lines(connection, change, language)
    return (LabeledFact(t("japan-item.label", language), gap.join(lines)),) if lines else ()


def _line(found: ItemsOfEccn, language: Language) -> str:
    if not found.items:
        return t("japan-item.none", language, eccn=found.eccn)
    gap = "、" if language == "ja" else ", "
    named = []
    for item in found.items[:_SHOWN]:
        provisions = gap.join(item.provisions[:_SHOWN])
        words = f"{item.printed}({provisions})" if language == "ja" else f"{item.printed} ({provisions})"
        named.append(sanitize_line(words if provisions else item.printed))
    more = len(found.items) - _SHOWN
    listed = gap.join(named) + (gap + t("message.more", language, count=more) if more > 0 else "")
    return t("japan-item.line", language, eccn=found.eccn, items=listed)
