"""The documents that made a change, and the other records of its story, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracker.clock import legal_day
from tracker.i18n import format_day, label, t
from tracker.model import Change, DocumentKind, Language
from tracker.rendering.alert_message import LabeledFact, headline_of, what_changed
from tracker.sanitize import sanitize_line
from tracker.stories.related import TEXTS, MadeBy, Related
from tracker.stories.rule_join import Basis, JoinState, Rule

UNITS = 6
DOCUMENTS = 3  # lines of an alert


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in words, and the id of its record; empty where it is not stored."""

    text: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class MadeByLine:
    """Who made some units of a change. `lead` precedes the documents ("not certain, one of:"), `why` follows them."""

    lead: str
    documents: tuple[DocumentLine, ...]
    why: str
    units: str


def made_by_lines(made: Iterable[MadeBy], language: Language) -> tuple[MadeByLine, ...]:
    return tuple(made_by_line(each, language) for each in made)


def made_in_japan(change: Change, language: Language) -> MadeByLine | None:
    """Return the amending law that made a change of a law of Japan, with its day; None for other texts."""
    if change.kind is not DocumentKind.LAW or not change.citation:
        return None
    day = next((one.date for one in change.tagging.dates if one.type == "effective"), None)
    words = sanitize_line(change.citation)
    if day is not None:
        words = t("law.made-in-japan", language, number=words, day=format_day(day, language))
    return MadeByLine(words, (), "", "")


def made_by_line(made: MadeBy, language: Language) -> MadeByLine:
    units = _listed(made.paths, language)
    if made.state is JoinState.JOINED:
        basis = (
            ""
            if made.basis is None
            else t(f"story.basis-{made.basis}", language, quote=sanitize_line(made.quote))
        )
        listed = (
            t("story.versions", language, quote=sanitize_line(made.quote))
            if made.quote and made.basis in (Basis.INSTRUCTION, Basis.DATE)
            else ""
        )
        day = "" if made.day is None else format_day(made.day, language)
        why = ("、" if language == "ja" else "; ").join(filter(None, (day, basis, listed)))
        return MadeByLine("", (_document(made.rule, made.citation, language),), why, units)
    if made.state is JoinState.AMBIGUOUS:
        documents = [_document(rule, rule.citation or "", language) for rule in made.candidates]
        documents += [_document(None, citation, language) for citation in made.cited]
        return MadeByLine(t("story.ambiguous", language), tuple(documents), "", units)
    name = "story.editorial" if made.state is JoinState.EDITORIAL else "story.unknown"
    return MadeByLine(t(name, language), (), sanitize_line(made.quote), units)


def made_by_facts(made: Iterable[MadeBy], language: Language) -> tuple[LabeledFact, ...]:
    """Return the lines of an alert that name the documents that made a change, or the candidates."""
    named = {JoinState.JOINED, JoinState.AMBIGUOUS}
    lines = [made_by_line(each, language) for each in made if each.state in named]
    words = dict.fromkeys(
        " ".join(filter(None, (line.lead, " | ".join(each.text for each in line.documents))))
        for line in lines
    )
    return tuple(LabeledFact(t("story.made-by", language), text) for text in [*words][:DOCUMENTS])


def _document(rule: Rule | None, citation: str, language: Language) -> DocumentLine:
    if rule is None:
        return DocumentLine(f"{sanitize_line(citation)} ({t('story.not-stored', language)})")
    name = " ".join(filter(None, (rule.citation, rule.document_number)))
    return DocumentLine(f"{sanitize_line(name)} {sanitize_line(rule.title)}", rule.change_id)


def _listed(paths: Sequence[str], language: Language) -> str:
    shown = ", ".join(sanitize_line(path) for path in paths[:UNITS])
    more = len(paths) - UNITS
    return f"{shown} {t('message.more', language, count=more)}" if more > 0 else shown


def record_line(change: Change, language: Language) -> str:
    """Return a record of a story in one line: its day, kind, number and headline, without one the title of a document."""
    day = format_day(change.published or legal_day(change.detected_at), language)
    number = change.citation or change.document_number or ""
    headline = headline_of(change, language)
    what = headline or (what_changed(change, language)[0] if change.kind in TEXTS else change.title)
    return " ".join(
        filter(None, (day, label("kind", change.kind.value, language), number, sanitize_line(what)))
    )


def related_lines(found: Related, language: Language) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line that `tracker show` prints."""
    for line in made_by_lines(found.made_by, language):
        documents = " | ".join(
            f"{each.text} ({each.change})" if each.change else each.text for each in line.documents
        )
        parts = (line.units + ":", line.lead, documents, f"({line.why})" if line.why else "")
        yield t("story.made-by", language), " ".join(filter(None, parts))
    for text in found.texts:
        words = f"{record_line(text.change, language)}: {_listed(text.paths, language)} ({text.change.id})"
        yield t("story.texts", language), words
    for change in found.others:
        yield t("story.records", language), f"{record_line(change, language)} ({change.id})"
