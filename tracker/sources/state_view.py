"""The stored facts of earlier polls that an adapter can read. The storage package implements it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from tracker.clock import clamp_future
from tracker.config.models import Source
from tracker.model import Validators


class StateView(Protocol):
    """The stored state of one source. Keys are those of `Fetched.key`, including those of attachments and
    listings.
    """

    @property
    def cursor(self) -> Mapping[str, str]:
        """Return the values of the last stored `CursorUpdate`; empty before."""

    def validators(self, key: str) -> Validators | None:
        """Return what was stored with the last body of this key; None for a new key. `sha256` is that of
        `Answer.body` as yielded; `last_full_fetch_at` its `fetched_at`; `extraction_config` the source's at
        that time. Where a later answer failed or is held, all but `extraction_config` are None: the adapter
        must request and yield it whole.
        """

    def is_held(self, key: str) -> bool:
        """Return whether the last answer of this key is held: it could not be parsed, and every poll requests
        it again.
        """

    def keys(self, prefix: str = "") -> Iterable[str]:
        """Return the keys of resources that are stored or held and not marked absent since."""


def without_validators(validators: Validators | None, source: Source, now: datetime) -> Validators | None:
    """Return the validators for a conditional request; None for a new resource, for one that was parsed with
    other settings, and once every `full_fetch_every`, because a 304 cannot be verified.
    """
    if (
        validators is None
        or validators.extraction_config != source.extraction_config()
        or validators.last_full_fetch_at is None
    ):
        return None
    if not clamp_future(validators.last_full_fetch_at, now, source.full_fetch_every):
        return None
    return validators
