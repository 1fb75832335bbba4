"""Assigns keys to the entries of a feed. Publishers give several entries one id, or none, so the id alone is
not enough.

Known entries are stored in the source's cursor: `key → "CONTENT ID LINK TITLE"`, four short hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from tracker.sources.feed.formats import Record, canonical, content_hash

_NONE = "-"  # the hash of an empty field
MOST_KNOWN = 2_000  # entries that have left the feed and are still stored


@dataclass(frozen=True, slots=True)
class Known:
    """The stored facts of an entry. `link` and `title` are empty in cursors of earlier versions."""

    key: str
    content: str
    id: str = ""
    link: str = ""
    title: str = ""

    @classmethod
    def of(cls, key: str, record: Record) -> Known:
        own_id = _hash(own_name(record))
        return cls(key, content_hash(record), own_id, _hash(record.get("link")), _hash(record.get("title")))

    @classmethod
    def read(cls, key: str, value: str) -> Known:
        content, *facts = value.split(" ")
        return cls(key, content, *facts) if len(facts) == 3 else cls(key, content, _hash(key))

    def value(self) -> str:
        return " ".join((self.content, self.id, self.link, self.title))


def own_name(record: Record) -> str:
    """Return the publisher's name of an entry; "" where it has neither id, link nor title."""
    return record.get("id") or record.get("link") or record.get("title") or ""


def keyed(
    records: Sequence[Record], cursor: Mapping[str, str], is_stored: Callable[[str], bool]
) -> dict[str, Record]:
    """Return the entries by their keys, in the order of the feed, each entry once.

    An entry is the known one with the same id and the same link or title. An entry that shares its id with a
    known one, but neither link nor title, is another entry. An entry with an unknown id is the known one with
    the same link, title and content, if no entry of the feed has the id of that one. `is_stored` returns
    whether a key was ever used.
    """
    known: dict[str, list[Known]] = {}
    for key, value in cursor.items():
        entry = Known.read(key, value)
        known.setdefault(entry.id, []).append(entry)
    groups: dict[str, dict[bytes, int]] = {}
    for place, record in enumerate(records):
        groups.setdefault(own_name(record), {}).setdefault(canonical(record), place)
    keys: dict[int, str] = {}
    taken = set(cursor)
    renamed = _renamed(records, groups, known)
    for name, group in groups.items():
        places = list(group.values())
        matched = _matched([records[place] for place in places], known.get(_hash(name), []))
        matched = [key or renamed.pop(place, None) for key, place in zip(matched, places, strict=True)]
        for place, known_key in zip(places, matched, strict=True):
            key = known_key or _new_key(name, records[place], len(group) == 1, taken, is_stored)
            taken.add(key)
            keys[place] = key
    return {keys[place]: records[place] for place in sorted(keys)}


def _renamed(
    records: Sequence[Record], groups: Mapping[str, Mapping[bytes, int]], known: Mapping[str, list[Known]]
) -> dict[int, str]:
    """Return, by position in the feed, the key of the known entry that an entry with an unknown id is: it has
    the same link and content.
    """
    present = {_hash(name) for name in groups}
    left: dict[tuple[str, str, str], list[str]] = {}
    for own_id, entries in known.items():
        if own_id not in present:
            for entry in entries:
                left.setdefault((entry.link, entry.title, entry.content), []).append(entry.key)
    found: dict[int, str] = {}
    for name, group in groups.items():
        if _hash(name) in known:
            continue
        for place in group.values():
            entry = Known.of("", records[place])
            keys = left.get((entry.link, entry.title, entry.content))
            if keys and entry.link != _NONE:
                found[place] = keys.pop(0)
    return found


def remembered(found: Mapping[str, Record], cursor: Mapping[str, str]) -> dict[str, str]:
    """Return the cursor after these entries: they, then those that have left the feed."""
    present = {key: Known.of(key, record).value() for key, record in found.items()}
    gone = [key for key in sorted(cursor) if key not in present][:MOST_KNOWN]
    return present | {key: cursor[key] for key in gone}


def is_changed(key: str, record: Record, cursor: Mapping[str, str]) -> bool:
    return key not in cursor or Known.read(key, cursor[key]).content != content_hash(record)


def _matched(group: Sequence[Record], known: Sequence[Known]) -> list[str | None]:
    """Return the key of the known entry for each record, best match first."""
    facts = [Known.of("", record) for record in group]
    keys: list[str | None] = [None] * len(group)
    left = {old.key: old for old in known}
    likenesses: list[Callable[[Known], str]] = [
        lambda entry: entry.content,
        lambda entry: f"{entry.link} {entry.title}",
        lambda entry: entry.link.removeprefix(_NONE),
        lambda entry: entry.title.removeprefix(_NONE),
    ]
    for likeness in likenesses:
        olds: dict[str, list[Known]] = {}
        for old in reversed(left.values()):
            olds.setdefault(likeness(old), []).append(old)
        for index, new in enumerate(facts):
            wanted = likeness(new)
            if keys[index] is None and wanted and olds.get(wanted):
                keys[index] = olds[wanted].pop().key
                del left[str(keys[index])]
    if len(group) == 1 and keys[0] is None:
        keys[0] = next((old.key for old in left.values() if not (old.link or old.title)), None)
    return keys


def _new_key(
    name: str, record: Record, alone: bool, taken: Collection[str], is_stored: Callable[[str], bool]
) -> str:
    """Return the shortest name that no other entry has: its own, with its link, its title, or a hash of its
    content.
    """
    if alone and name and name not in taken:
        return name
    link, title = record.get("link", ""), record.get("title", "")
    for parts in ((name, link), (name, link, title)):
        key = " ".join(filter(None, parts))
        if key not in ("", name) and key not in taken and not is_stored(key):
            return key
    return f"{name} {content_hash(record)}".strip()


def _hash(text: str | None) -> str:
    return sha256(text.encode()).hexdigest()[:12] if text else _NONE
