"""Adds, revises and removes sentences of a paragraph, where their number is certain."""

from __future__ import annotations

import re
from dataclasses import replace

from tracker.amendments.actions import Action, Elision, Order, Verb
from tracker.amendments.chunks import Fragment, NotComputedError
from tracker.amendments.inline import inline, is_balanced
from tracker.amendments.missing_text import no_text
from tracker.amendments.sentences import sentence_spans
from tracker.amendments.set_out_paths import shown_for
from tracker.amendments.shown import STARS, Shown, problem_of
from tracker.amendments.site import Edit, Site
from tracker.amendments.word_edits import fragment_of

_LEAD = re.compile(
    r"\s*(?:\((?:<I>)?\s?\w{1,5}\s?(?:</I>)?\)\s*)*(?:(?:<I>[^<]*</I>|<E T=\"0[34]\">[^<]*</E>)[.:]?\s*)?"
)


def edit_sentences(site: Site, action: Action) -> Edit:
    """Return the edit of one or more sentences of the target's own text. Raises NotComputedError."""
    start = site.number() if site.path else 0
    if start >= len(site.chunks) or (not site.path and site.chunks[0].path):
        raise NotComputedError("the base has no text there", "target-missing", defect="does not exist")
    chunk = site.chunks[start]
    if len(chunk.fragments) != 1:
        raise NotComputedError(
            "the text there has several paragraphs, and its sentences are not counted", "sentences"
        )
    below = site.chunks[start + 1].path if start + 1 < len(site.chunks) else ()
    from_end = any(number < 0 for number in action.target.sentences) and not action.target.of_introduction
    if action.verb is Verb.REMOVE and from_end and site.path and below[: len(site.path)] == site.path:
        raise NotComputedError(
            "others are below the unit, and the instruction does not say whose last sentence is removed",
            "sentences",
        )
    fragment = chunk.fragments[0]
    spans = _spans(fragment)
    new = "" if action.verb is Verb.REMOVE else _new_sentence(site, action, len(spans))
    made = _edited(fragment, spans, action, new)
    if not is_balanced(made):
        raise NotComputedError("the sentence begins or ends inside italics or other markup", "markup-cut")
    changed = replace(chunk, fragments=(fragment_of(fragment, made),))
    return Edit(start, start + 1, (changed,))


def _spans(fragment: Fragment) -> list[tuple[int, int]]:
    """Return the places of the sentences in the fragment's markup; its designators and heading are no sentence."""
    words = inline(fragment.raw)
    low = fragment.low if fragment.origin is not None else 0
    high = fragment.high if fragment.origin is not None else len(fragment.raw)
    inside = [n for n, at in enumerate(words.places) if low <= at < high]
    if not inside:
        raise NotComputedError("the base has no text there", "target-missing", defect="does not exist")
    first, last = inside[0], inside[-1] + 1
    lead = _LEAD.match(fragment.raw, max(words.places[first], low))
    skipped = lead.end() if lead is not None else 0
    while first < last and words.places[first] < skipped:
        first += 1
    text = words.text[first:last]
    spans = sentence_spans(text)
    if spans is None:
        raise NotComputedError("the sentences there cannot be counted with certainty", "sentences")
    return [(words.places[first + a], words.ends[first + b - 1]) for a, b in spans]


def _numbers(action: Action, count: int, numbers: tuple[int, ...]) -> list[int]:
    found = []
    for number in numbers:
        place = number - 1 if number > 0 else count + number
        if not 0 <= place < count:
            raise NotComputedError(
                f"the text has {count} sentences, and the instruction names another",
                "sentence-missing",
                defect="does not exist",
            )
        found.append(place)
    if not found or found != list(range(found[0], found[0] + len(found))):
        raise NotComputedError(
            "the instruction does not say which sentences, one after the other", "sentences"
        )
    del action
    return found


def _edited(fragment: Fragment, spans: list[tuple[int, int]], action: Action, new: str) -> str:
    raw = fragment.raw
    if action.verb in (Verb.REVISE, Verb.REMOVE, Verb.CORRECT):
        places = _numbers(action, len(spans), action.target.sentences)
        low, high = spans[places[0]][0], spans[places[-1]][1]
        if new:
            return raw[:low] + new + raw[high:]
        if places[-1] + 1 < len(spans):
            return raw[:low] + raw[spans[places[-1] + 1][0] :]
        if places[0] == 0:
            raise NotComputedError("no sentence would be left", "sentences")
        return raw[: spans[places[0] - 1][1]] + raw[high:]
    if action.verb is not Verb.ADD or action.position is None:
        raise NotComputedError(f"“{action.verb.value}” is not computed for a sentence", "verb-sentence")
    order, neighbor = action.position.order, action.position.neighbor
    if order is Order.END and spans:
        end = spans[-1][1]
        return f"{raw[:end]} {new}{raw[end:]}"
    if order is Order.BEGINNING and spans:
        return f"{raw[: spans[0][0]]}{new} {raw[spans[0][0] :]}"
    if neighbor is None or not neighbor.sentences:
        raise NotComputedError("the instruction does not say where the sentence goes", "sentences")
    (place,) = _numbers(action, len(spans), neighbor.sentences[:1])
    if order is Order.AFTER:
        end = spans[place][1]
        return f"{raw[:end]} {new}{raw[end:]}"
    return f"{raw[: spans[place][0]]}{new} {raw[spans[place][0] :]}"


def _new_sentence(site: Site, action: Action, count: int) -> str:
    """Return the markup of the sentences that are set out, without designators, heading and asterisks."""
    hits = [one for one in shown_for(site, action) if not one.stars and one.path == site.path]
    if not hits:
        raise no_text(action)
    if problem := problem_of(hits):
        raise NotComputedError(problem, "markup")
    if len(hits) > 1 or len(hits[0].chunk.fragments) != 1:
        raise NotComputedError("the text set out shows this unit in two places", "shown-twice")
    one = hits[0]
    _check_asterisks(action, one, count)
    inner = one.chunk.fragments[0].inner
    parts = STARS.split(inner)
    if one.elision in (Elision.BEFORE, Elision.BOTH):
        text = " ".join(parts[1:]) if one.elision is Elision.BEFORE else parts[1]
    else:
        lead = _LEAD.match(parts[0])
        text = parts[0][lead.end() if lead is not None else 0 :]
    if not text.strip():
        raise no_text(action)
    return text.strip()


def _check_asterisks(action: Action, one: Shown, count: int) -> None:
    """Raise where the asterisks say that another sentence is set out than the instruction names."""
    numbers = action.target.sentences
    first = bool(numbers) and numbers[0] == 1
    last = bool(numbers) and numbers[-1] in (-1, count)
    wrong = one.elision in (Elision.NONE, Elision.ALL)
    if action.verb in (Verb.REVISE, Verb.CORRECT):
        if numbers and max(numbers) > count:
            return  # the missing sentence is reported when it is looked for
        wrong = wrong or (one.elision in (Elision.BEFORE, Elision.BOTH)) == first
        wrong = wrong or (one.elision in (Elision.AFTER, Elision.BOTH)) == last
        wrong = wrong and not (one.elision is Elision.NONE and first and last)
    if wrong:
        raise NotComputedError(
            "the asterisks of the text set out do not agree with the sentence that is named", "elision-inside"
        )
