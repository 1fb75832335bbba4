"""Which stored revision of a law of Japan a new one is compared with: not the last that was stored, but the one that it amends."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from tracker.model import Fetched
from tracker.storage import snapshots, versions
from tracker.storage.versions import Version


def revision_before(connection: Connection, latest: Version, fetched: Fetched) -> Version:
    """Return the version that a revision is compared with: its own earlier text, else the revision that it follows in the list
    of the service, else the last one of an earlier day.
    """
    own, follows, day = (fetched.meta.get(name, "") for name in ("revision", "follows", "as_of"))
    earlier: tuple[str, Version] | None = None
    followed: Version | None = None
    for ordinal in range(latest.ordinal, 0, -1):
        version = versions.get(connection, latest.document_id, ordinal)
        if version is None:
            continue
        meta = snapshots.meta(connection, version.snapshots[0])
        if meta.get("revision") == own:
            return version
        if meta.get("revision") == follows and followed is None:
            followed = version
        if meta.get("as_of", "") < day and (earlier is None or meta.get("as_of", "") > earlier[0]):
            earlier = (meta.get("as_of", ""), version)
    return followed or (earlier[1] if earlier else latest)


def compared_with(fetched: Fetched, base: Version) -> Fetched:
    """Return an answer that names the version with which it is compared, for its redline."""
    return replace(fetched, meta={**fetched.meta, snapshots.COMPARED_WITH: str(base.ordinal)})
