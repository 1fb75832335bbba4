"""The names of sources and agencies for readers. The id of a source is for commands and settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from tracker.config.models import Settings, Source
from tracker.i18n import catalog, t
from tracker.model import Language
from tracker.sanitize import sanitize_line
from tracker.terms.law import agency_name, agency_of_slug

_WHOLE = 3  # agencies that are named one by one
_PLACES = frozenset(
    {"page", "feed"}
)  # kinds whose sources differ by their path; the name of another kind says what it holds

# The name of a source by its id, in the reader's language.
SourceNames = Callable[[str, Language], str]


def source_names(settings: Settings) -> SourceNames:
    """Return the names of the sources of these settings."""
    return partial(source_label, settings)


def id_as_name(source_id: str, _language: Language) -> str:
    """Return the id itself: the name of a source where the settings are not known."""
    return sanitize_line(source_id)


def source_label(settings: Settings, source_id: str, language: Language) -> str:
    """Return the name of a source; the id itself where the settings no longer have it."""
    source = settings.source(source_id)
    return source_name(source, language) if source is not None else sanitize_line(source_id)


def source_name(source: Source, language: Language) -> str:
    """Return what a source is: `連邦官報: BIS`, `eCFR 15 CFR 730-774`, `media.bis.gov/entity-list`."""
    what = _what(source, language)
    key = f"source-kind.{source.kind}"
    kind = catalog(language).get(key, source.kind)
    return t("source-kind.of", language, kind=kind, what=what) if what else kind


def _what(source: Source, language: Language) -> str:
    if source.title:
        parts = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in source.parts)
        return f"{source.title} CFR {parts}".strip()
    if source.agencies:
        names = [agency(slug, language) for slug in source.agencies]
        if len(names) > _WHOLE:
            return t("source-kind.agencies", language, count=len(names))
        return t("delivery-reason.name-separator", language).join(names)
    if source.types:
        return t("delivery-reason.name-separator", language).join(
            t(f"source-type.{name}", language) if f"source-type.{name}" in catalog(language) else name
            for name in source.types
        )
    if source.url:
        address = urlsplit(source.url)
        return sanitize_line(address.netloc + (address.path.rstrip("/") if source.kind in _PLACES else ""))
    return ""


def agency(name: str, language: Language) -> str:
    """Return the name of an agency by its slug, or by its English name; as it is where it is not known."""
    known = agency_of_slug(name) if name.islower() else ""
    return agency_name(known or name, language, short=bool(known)) or sanitize_line(name)
