"""Selects the level shown first to the readers of a profile: the profile's own, with the matching words; the
general level stays beside it.
"""

from __future__ import annotations

from dataclasses import replace

from tracker.i18n import label, t
from tracker.model import Change, Direction, Language, Level, ProfileMatch
from tracker.rendering.location_text import location_label
from tracker.sanitize import sanitize_line, shorten

_QUOTE = 160


def leading_match(change: Change, profile: str = "") -> ProfileMatch | None:
    """Return the match shown first: that of the readers' profile. Without one, that of the highest level where
    the change is outside the field for everybody else, because then a profile is the only reason to show it.
    """
    matches = [match for match in change.profiles if profile in ("", match.profile)]
    if not profile:
        outside = change.tagging.level is Level.NONE
        matches = [match for match in matches if outside and match.level is not Level.NONE]
    return max(matches, key=lambda match: match.level.rank, default=None)


def as_read_by(change: Change, profile: str) -> Change:
    """Return the change with the level for the readers of a profile; unchanged where it does not match."""
    match = leading_match(change, profile) if profile else None
    return replace(change, tagging=replace(change.tagging, level=match.level)) if match else change


def leading_badge(
    level: Level, direction: Direction | None, match: ProfileMatch | None, language: Language
) -> str:
    """Return `vacuum-components: 緊急・規制強化`; without a match `緊急・規制強化`."""
    if match is None:
        return level_badge(level, direction, language)
    # The general direction of a change outside the field is not this profile's.
    own = None if level is Level.NONE else direction
    return f"{sanitize_line(match.profile)}: {level_badge(match.level, own, language)}"


def level_badge(level: Level, direction: Direction | None, language: Language) -> str:
    """Return `緊急・規制強化`, `Critical, restriction`."""
    name = label("level", level, language)
    if direction is None:
        return name
    pushed = label("direction", direction, language)
    return f"{name}・{pushed}" if language == "ja" else f"{name}, {pushed.lower()}"


def profile_reason(match: ProfileMatch, general: Level, language: Language) -> str:
    """Return why the profile has this level, in one line: the matching words, and the general level."""
    because = t(
        "profile.level", language,
        profile=sanitize_line(match.profile), level=label("level", match.level, language),
        general=label("level", general, language),
    )  # fmt: skip
    if not match.evidence:
        return because
    first = match.evidence[0]
    quote, where = shorten(sanitize_line(first.quote), _QUOTE), location_label(first.where, language)
    return t("profile.because", language, because=because, quote=quote, where=where)
