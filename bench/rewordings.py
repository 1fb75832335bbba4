"""Rewordings of labeled documents: the same act in other words, or another act of known relation to it.

An act of each document was written down in parts (`data/rewording_frames.tsv`); the ways to say it are in
`data/rewording_words.toml`. The expectation of a rewording comes from the document's label by this table, in which the
levels are none 0, low 1, medium 2, high 3, critical 4, and `least` and `most` are those of the label:

| rewording | direction | level |
|---|---|---|
| other verb, other order, passive, nominal title, plain title | as labeled | as labeled |
| Japan in place of the country hit | as labeled | high or critical, from medium for a low act; of a relief: as labeled or one above |
| another country | as labeled | one below to as labeled, of a low or medium act to one above; a listing elsewhere than in China: low or medium |
| the opposite of a restriction | relief | most - 1 to most; a removal from a list: low or medium |
| the opposite of a relief | restriction | least to most + 1; an addition to a list: low to high |
| suspension or delay of a restriction | relief (a delay of a rule: or procedure) | most - 1 to most; of a critical one from medium |
| the end of the suspension of a restriction | restriction | least - 1 to most |
| extension of the exclusions from a duty | relief | medium or high; of a medium duty low or medium |
| the end of the exclusions from a duty | restriction | medium to most |
| suspension or end of a relief | restriction | least to most + 1 |
| delay of a relief | restriction or procedure | least - 1 to most |
| more time for comments | as labeled, or procedure | least - 1 to most |
| a document outside the field in other words | - | none |

Nothing in the field becomes `none`, save where the label allows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bench.judgement_cases import Case, as_presidential, document_of, page_document, page_html
from bench.rewording_text import (
    Frame,
    Phrase,
    fill,
    frames,
    gerund,
    phrases,
    sentence,
    third,
    title_case,
    turned_rates,
    words,
)
from tracker.documents.labeled_examples import Label
from tracker.model import Document, Level

LEVELS = tuple(Level)
JAPAN = "Japan"
OTHERS = ("Vietnam", "Brazil", "Malaysia", "Switzerland", "India", "Kazakhstan")
_RESTRICTION, _RELIEF, _PROCEDURE = "restriction", "relief", "procedure"
_RESTRICTIVE_WRAPS = frozenset(
    {"suspend", "delay", "end-suspension", "extend-exclusions", "end-exclusions", "end-relief-of-ban"}
)
_FULL_STOP = re.compile(r"(?<=[a-z]{3})\. (?=[A-Z])")
_GENERAL = ("Sec. 2. General Provisions. Nothing in this order shall be construed to impair or otherwise affect the authority "
            "granted by law to an executive department or agency, or the head thereof.")  # fmt: skip


@dataclass(frozen=True)
class Rewording:
    """`country`: the place put in for another, which the judgement has to follow."""

    name: str
    kind: str
    family: str
    document: Document
    levels: frozenset[str]
    directions: frozenset[str]
    country: str = ""
    nexus: bool | None = None


@dataclass(frozen=True)
class Expected:
    levels: frozenset[str]
    directions: frozenset[str]


def _pick(name: str, options: int) -> int:
    """A choice that is the same in every run."""
    return sha256(name.encode()).digest()[0] % options


def span(low: int, high: int, *, least: int = 1) -> frozenset[str]:
    """The levels from one rank to another, kept within the scale."""
    return frozenset(LEVELS[rank].value for rank in range(max(low, least), min(high, 4) + 1))


def rewordings(cases: Sequence[Case]) -> list[Rewording]:
    """All rewordings of the labeled documents, each at most once."""
    labels = {case.label.number: case.label for case in cases}
    found = [one for frame in frames() for one in frame_rewordings(frame, labels[frame.key])]
    outside = [case for case in cases if case.label.levels == ("none",) and len(case.document.abstract) > 100]
    found += [one for case in outside if not case.document.units for one in outside_rewordings(case)]
    unique: dict[tuple[str, str, str], Rewording] = {}
    for one in found:
        text = one.document.abstract + " ".join(unit.text for unit in one.document.units)
        unique.setdefault((one.document.key, one.document.title, text), one)
    return list(unique.values())


# --- what is expected -----------------------------------------------------------------------------------------------


def _ranks(label: Label) -> tuple[int, int]:
    ranks = [Level(level).rank for level in label.levels]
    return min(ranks), max(ranks)


def _same(label: Label) -> Expected:
    return Expected(frozenset(label.levels), label.directions)


def _floor(label: Label) -> int:
    return 0 if "none" in label.levels else 1


def expected_opposite(frame: Frame, label: Label) -> Expected:
    least, most = _ranks(label)
    if frame.way == "list.remove":
        return Expected(span(1, 3), frozenset({_RESTRICTION}))
    if label.directions == {_RELIEF}:
        return Expected(span(least, most + 1, least=_floor(label)), frozenset({_RESTRICTION}))
    if frame.way == "list.add":
        return Expected(span(1, 2), frozenset({_RELIEF}))
    return Expected(span(most - 1, most), frozenset({_RELIEF}))


def expected_country(frame: Frame, label: Label, country: str) -> Expected:
    least, most = _ranks(label)
    restrictive = label.directions == {_RESTRICTION}
    if country == JAPAN:
        if not restrictive:
            return Expected(span(least, most + 1, least=_floor(label)), label.directions)
        return Expected(span(2 if most == 1 else 3, 4), label.directions)
    if frame.way == "list.add":
        return Expected(span(1, 2), label.directions)
    return Expected(span(least - 1, most if most > 2 else most + 1, least=_floor(label)), label.directions)


def expected_wrap(wrap: str, frame: Frame, label: Label) -> Expected:
    least, most = _ranks(label)
    floor = _floor(label)
    turned = frozenset({_RELIEF})
    if wrap == "delay" and not frame.way.startswith("duty."):
        turned |= {_PROCEDURE}
    table = {
        "suspend": (span(2 if most == 4 else most - 1, most), turned),
        "delay": (span(2 if most == 4 else most - 1, most), turned),
        "end-relief-of-ban": (span(most - 1, most), turned),
        "end-suspension": (span(least - 1, most), frozenset({_RESTRICTION})),
        "extend-exclusions": (span(2, 3) if most >= 3 else span(1, 2), frozenset({_RELIEF})),
        "end-exclusions": (span(2, most), frozenset({_RESTRICTION})),
        "suspend-relief": (span(least, most + 1, least=floor), frozenset({_RESTRICTION})),
        "end-relief": (span(least, most + 1, least=floor), frozenset({_RESTRICTION})),
        "delay-relief": (span(least - 1, most, least=floor), frozenset({_RESTRICTION, _PROCEDURE})),
        "extend-comments": (span(least - 1, most), label.directions | {_PROCEDURE}),
    }
    levels, directions = table[wrap]
    return Expected(levels, directions)


# --- the acts -------------------------------------------------------------------------------------------------------


def frame_rewordings(frame: Frame, label: Label) -> Iterator[Rewording]:
    ways, same = phrases(frame.way), _same(label)
    family = frame.way.partition(".")[0]

    def made(kind: str, title: str, text: str, expected: Expected, **more: object) -> Rewording:
        name = f"{frame.key} {kind}"
        document = _document(frame, label, title, text, basis=kind != "plain title")
        return Rewording(name, kind, family, document, expected.levels, expected.directions, **more)  # type: ignore[arg-type]

    start = 1 + _pick(frame.key, max(len(ways) - 1, 1))
    others = [ways[(start + n - 1) % (len(ways) - 1) + 1] for n in range(min(3, len(ways) - 1))]
    yield made("restated", _verbal(frame, ways[0]), _active(frame, ways[0]), same)
    for way in others[:2]:
        yield made("other verb", _verbal(frame, way), _active(frame, way), same)
    if frame.when or frame.why:
        way = others[-1]
        yield made("other order", _verbal(frame, ways[0]), _active(frame, way, first=True), same)
    yield made("passive", _nominal(frame, ways[0]), _passive(frame, others[0]), same)
    yield made("nominal title", _nominal(frame, ways[0]), _active(frame, others[-1]), same)
    bland = words()["titles"].get(frame.actor, words()["titles"]["other"])
    yield made("plain title", bland[_pick(frame.key, len(bland))], _active(frame, others[0]), same)
    if frame.of:
        other = OTHERS[_pick(frame.key, len(OTHERS))]
        for country in (JAPAN, other):
            moved = _moved(frame, country)
            if moved is None:
                continue
            kind = "Japan in place of the country" if country == JAPAN else "another country"
            document = _document(
                moved, label, _verbal(moved, ways[0]), _active(moved, others[0], reasons=False)
            )
            expected = expected_country(frame, label, country)
            yield Rewording(
                f"{frame.key} {country}",
                kind,
                family,
                document,
                expected.levels,
                expected.directions,
                country,
                country == JAPAN,
            )
    yield from _undone(frame, label, family)


def _undone(frame: Frame, label: Label, family: str) -> Iterator[Rewording]:
    """The opposite act, and what is done to the measure of the act."""
    entry = words()[frame.way]
    if label.directions not in ({_RESTRICTION}, {_RELIEF}) and not set(entry["wraps"]) <= {"extend-comments"}:
        return
    if entry["opposite"]:
        turned = replace(frame, way=entry["opposite"], complement=turned_rates(frame.complement))
        expected = expected_opposite(frame, label)
        ways = phrases(turned.way)
        for number in range(min(2, len(ways))):
            way = ways[(number + _pick(frame.key, len(ways))) % len(ways)]
            document = _document(turned, label, _verbal(turned, way), _active(turned, way, reasons=False))
            yield Rewording(
                f"{frame.key} opposite {number}",
                "opposite verb",
                family,
                document,
                expected.levels,
                expected.directions,
            )
    np = fill(entry["np"], _parts(frame))
    plural = frame.plural and entry["np"].startswith(("the {o}", "{o}"))
    for wrap in entry["wraps"]:
        if (wrap in _RESTRICTIVE_WRAPS) != (label.directions == {_RESTRICTION}) and wrap != "extend-comments":
            continue
        expected = expected_wrap(wrap, frame, label)
        for number, way in enumerate(phrases(f"wrap.{wrap}")[:2]):
            parts = {"np": np}
            title = title_case(
                fill(way.noun, parts) if way.noun and number else fill(gerund(way.active), parts)
            )
            clause = _clause(frame, way, parts, passive=bool(number), plural=plural)
            document = _document(frame, label, title, sentence(clause, frame, reasons=False))
            yield Rewording(
                f"{frame.key} {wrap} {number}",
                f"wrapped: {wrap}",
                family,
                document,
                expected.levels,
                expected.directions,
            )


def _moved(frame: Frame, country: str) -> Frame | None:
    """The frame with another country in place of its own; None where the country is in a reason only."""
    changed = replace(
        frame,
        object=frame.object.replace(frame.of, country),
        complement=frame.complement.replace(frame.of, country),
        of=country,
    )
    return None if changed.object == frame.object and changed.complement == frame.complement else changed


def _parts(frame: Frame) -> dict[str, str]:
    return {"o": frame.object, "c": frame.complement}


def _verbal(frame: Frame, way: Phrase) -> str:
    return title_case(fill(gerund(way.active), _parts(frame)))


def _nominal(frame: Frame, way: Phrase) -> str:
    return title_case(fill(way.noun or gerund(way.active), _parts(frame)))


def _clause(frame: Frame, way: Phrase, parts: dict[str, str], *, passive: bool, plural: bool) -> str:
    if passive:
        return fill(way.passive, parts, plural=plural, order=frame.order)
    if frame.order:
        return f"I hereby {fill(way.active, parts)}"
    return f"{words()['actors'][frame.actor]} {fill(third(way.active), parts)}"


def _active(frame: Frame, way: Phrase, *, first: bool = False, reasons: bool = True) -> str:
    clause = _clause(frame, way, _parts(frame), passive=False, plural=frame.plural)
    return sentence(clause, frame, first=first, reasons=reasons)


def _passive(frame: Frame, way: Phrase) -> str:
    return sentence(_clause(frame, way, _parts(frame), passive=True, plural=frame.plural), frame)


def _document(frame: Frame, label: Label, title: str, text: str, *, basis: bool = True) -> Document:
    """An order as a page of whitehouse.gov or a document of the Register, all else as title and abstract."""
    law, _, more = frame.basis.partition(";")
    if frame.order:
        authority = "the Constitution and the laws of the United States of America"
        source = f"{authority}, including {law}," if basis and law else authority
        paragraphs = [
            f"By the authority vested in me as President by {source} it is hereby ordered:",
            f"Section 1. Action. {text}",
            _GENERAL,
        ]
        page = page_document(
            page_html(title, paragraphs), "https://www.whitehouse.gov/presidential-actions/reworded/"
        )
        page = replace(page, key=frame.key, published=label.published)
        is_register = label.number[:4].isdigit() and len(label.number) <= 10
        return as_presidential(page, label.published) if is_register else page
    behind = ""
    if basis and law:
        behind = (
            " This rule amends the Export Administration Regulations (EAR)."
            if law == "EAR"
            else f" This action is taken under {law}."
        )
    row = {
        "document_number": frame.key,
        "title": title,
        "abstract": f"{text}{behind}{more and ' ' + more.strip()}",
    }
    return document_of({**row, "published": label.published.isoformat()})


# --- outside the field ----------------------------------------------------------------------------------------------


def outside_rewordings(case: Case) -> Iterator[Rewording]:
    pairs: list[list[str]] = words()["outside"]["pairs"]
    document = case.document
    changed = replace(
        document, title=_swapped(document.title, pairs), abstract=_swapped(document.abstract, pairs)
    )
    if changed != document:
        yield _outside(case, "outside: other verb", changed)
    parts = _FULL_STOP.split(document.abstract)
    if len(parts) > 1 and parts[-1]:
        turned = ". ".join([*parts[1:-1], parts[-1].rstrip("."), parts[0]]) + "."
        yield _outside(case, "outside: other order", replace(document, abstract=turned))
    titles: list[str] = words()["outside"]["titles"]
    plain = titles[_pick(case.label.number, len(titles))]
    yield _outside(case, "outside: plain title", replace(document, title=plain))


def _outside(case: Case, kind: str, document: Document) -> Rewording:
    return Rewording(
        f"{case.label.number} {kind}", kind, "outside", document, frozenset({"none"}), frozenset()
    )


def _swapped(text: str, pairs: list[list[str]]) -> str:
    for old, new in pairs:
        for form, output in (
            (old, new),
            (old.title(), new.title()),
            (old[:1].upper() + old[1:], new[:1].upper() + new[1:]),
        ):
            text = text.replace(form, output)
    return text
