"""What an adapter can read about earlier polls. The store implements it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from tracker.clock import clamp_future
from tracker.config.models import Source
from tracker.model import Validators


class StateView(Protocol):
    """The stored state of one source. Keys are those of `Fetched.key`, those of attachments and listings included."""

    @property
    def cursor(self) -> Mapping[str, str]:
        """The values of the last `Cursor` that was stored; empty before."""

    def validators(self, key: str) -> Validators | None:
        """What was stored with the last body of this key; None for a key never stored. `sha256` is that of
        `Answer.body` as yielded; `last_full_fetch_at` its `fetched_at`; `extraction_config` the source's at that time. Where a later answer
        failed, or is held, all but `extraction_config` are None: the adapter must request and yield it whole."""

    def is_held(self, key: str) -> bool:
        """Whether the last answer of this key is held: it could not be read, and every poll asks for it again."""

    def keys(self, prefix: str = "") -> Iterable[str]:
        """The keys of resources that are stored or held and not marked absent since."""


def without_validators(validators: Validators | None, source: Source, now: datetime) -> Validators | None:
    """The validators for a conditional request; None for a new resource, for one that was read with other settings, and
    once every `full_fetch_every`, because a 304 cannot be verified."""
    if (
        validators is None
        or validators.extraction_config != source.extraction_config()
        or validators.last_full_fetch_at is None
    ):
        return None
    if not clamp_future(validators.last_full_fetch_at, now, source.full_fetch_every):
        return None
    return validators
