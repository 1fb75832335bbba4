"""The page of one change: what it is, whether it is in force, why it matters, and the official words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask

from tracker.answers.japanese_items import item_lines
from tracker.documents.names import references_in
from tracker.effects import RecordedEffect
from tracker.legal_status.current import current_status, status_line
from tracker.legal_status.ribbons import asked_words, ribbons
from tracker.legal_status.stored_register import added_by, effects_about, status_of_units
from tracker.model import TOPIC_IDS, Change, Direction, Language, Level, Operation
from tracker.model.corrections import GIST, CorrectedFields
from tracker.rendering.act_table import SHOWN, act_rows, columns
from tracker.rendering.alert_message import force_label, is_codified, what_changed
from tracker.rendering.annotations import annotation_lines
from tracker.rendering.correction_text import corrected_fields, leading_correction, review_words
from tracker.rendering.deadlines import upcoming
from tracker.rendering.delivery_hold import hold_line, recipient_lines
from tracker.rendering.effect_text import effect_line
from tracker.rendering.location_text import location_label, status_where
from tracker.rendering.official_links import official_url
from tracker.rendering.profile_lead import leading_badge, leading_match, level_badge, profile_reason
from tracker.rendering.redlines.model import Redline
from tracker.rendering.redlines.stored import is_present, load_redline
from tracker.rendering.words_on_day import worded_on
from tracker.serialization import change_from_json
from tracker.storage import changes as stored_changes
from tracker.storage import predictions, read_marks, reviews
from tracker.stories.related import related
from tracker.stories.story_text import made_by_lines, record_line
from tracker.text import name_key
from tracker.web.as_amended import SHOWN as SHOWN_AMENDED
from tracker.web.as_amended import as_amended, compared_units
from tracker.web.change_history import change_events, highlight_quotes
from tracker.web.change_quotes import ShownQuotes, reason_groups
from tracker.web.context import InjectedContext, WebContext
from tracker.web.page_cache import cached_page
from tracker.web.redline import DrawnRedline, draw
from tracker.web.rendering import language_of, official_language, page
from tracker.web.review import reader_of, reviewer, undo_ranges

router = APIRouter(include_in_schema=False)

SHOWN_OPS = 12  # changes of the redline on this page; the whole has a page of its own
UNITS = 40  # shown before the rest is folded


@dataclass(frozen=True, slots=True)
class Proposed:
    """The values of the form by which a change is corrected."""

    level: str
    direction: str
    topics: tuple[str, ...]
    gist: str


@router.get("/changes/{reference}")
def change_page(request: Request, web_context: InjectedContext, reference: str) -> HTMLResponse:
    answer = cached_page(request, web_context, lambda: _change(request, web_context, reference))
    # After the answer: a reader does not wait for the lock of the database.
    answer.background = BackgroundTask(_mark_read, web_context, reader_of(request), reference)
    return answer


def _mark_read(web_context: WebContext, reader: str, reference: str) -> None:
    """Mark a change and its story as read, where it is unread: most views of a page then write nothing."""
    with web_context.reading() as store:
        change_id = store.change(reference)["id"]
        if read_marks.read_among(store.connection, reader, [change_id]):
            return
    with web_context.store.write() as connection:
        read_marks.add(connection, reader, [change_id], web_context.now())


def _change(request: Request, web_context: WebContext, reference: str) -> HTMLResponse:
    language = language_of(request, web_context)
    today = web_context.today()
    with web_context.reading() as store:
        change = change_from_json(store.change(reference))
        names = references_in(change)
        actors = [change_from_json(record) for record in store.acting_on(names)] if names else []
        states = store.states_of(change.id)
        deliveries = store.deliveries(change.id)
        targets = {
            link.target: store.names(link.target)
            for link in change.tagging.links
            if name_key(link.target) not in names
        }
        differs = store.has_operations(change.id)
        log = store.reviews([change.id])
        undoable = undo_ranges(store, log, reviewer(request))
        beside = store.beside(change.id)
    with web_context.store.read() as connection:
        operations = stored_changes.operations(connection, change.id) if differs else ()
        belongs = related(connection, change, operations)
        predicted = predictions.of_change(connection, change.id)
        compared = predictions.shown_by(connection, change.id)
        on_it = effects_about(connection, change)
        unit_states = status_of_units(
            connection, change.tagging.units, today, unprinted=added_by(change, on_it)
        )
        present = is_present(connection, change)
        japanese_items = item_lines(connection, change, language)
        redline = (
            load_redline(
                connection,
                change,
                now=web_context.now(),
                timezone=web_context.settings.timezone,
                operations=operations,
            )
            if differs
            else None
        )
    drawn, drawn_operations, more_ops = _drawn(redline, language)
    predicted_shown = as_amended(change, predicted, language)
    lines: dict[str, RecordedEffect] = {}
    for one in on_it:  # a rule's instruction and the note that the eCFR prints of it state the same effect
        lines.setdefault(effect_line(one, language), one)
    what, detail = what_changed(worded_on(change, today), language)
    found = current_status(change.tagging.status, today)
    statuses = sorted(change.tagging.status, key=lambda status: status != found.now)
    whole = [change.title, change.abstract]
    whole += [words for op in drawn_operations for words in (op.before, op.after)]
    shown = ShownQuotes(whole)
    acts = [
        row if shown.adds(row.quote) else replace(row, quote="")
        for row in act_rows(change.tagging.acts, language)
    ]
    ahead = upcoming(change, today)
    return page(
        request,
        web_context,
        "change.html.j2",
        official=official_language(change.title),
        change=change,
        lead=(lead := leading_match(change, request.query_params.get("profile", ""))),
        badge=leading_badge(change.tagging.level, change.tagging.direction, lead, language),
        general=level_badge(change.tagging.level, change.tagging.direction, language),
        because=profile_reason(lead, change.tagging.level, language) if lead else "",
        what=what,
        corrected=(corrected := leading_correction(change)),
        corrected_fields=corrected_fields(corrected, language) if corrected else (),
        proposed=_proposed(change),
        own_topics=[topic.id for topic in change.tagging.topics if topic.id not in TOPIC_IDS],
        topic_ids=TOPIC_IDS,
        levels=list(reversed(Level)),
        directions=list(Direction),
        gist_length=GIST,
        review_words=lambda entry: review_words(entry, language),
        acts=acts,
        act_columns=columns(acts),
        shown_acts=SHOWN,
        detail=detail,
        standing=found,
        ribbons={path: ribbons(states, language) for path, states in unit_states.items()},
        asked=asked_words(today, language) if present else "",
        effects=list(lines.items()),
        has_tariff_rows=any(one.effect.affected.hts and one.change_id == change.id for one in on_it),
        amended=predicted_shown,
        compared=compared_units(compared, language),
        status_quotes=[status for status in statuses if shown.adds(status.quote)],
        # Text of the CFR, a page or a list does not state its own force: "not stated" would suggest doubt.
        standing_line=status_line(change.tagging.status, today, language, codified=is_codified(change))
        if force_label(change, today, language)
        else "",
        japanese_items=japanese_items,
        ahead=ahead,
        quoted_dates=[entry for entry in ahead if shown.adds(entry.quote)],
        reasons=reason_groups(change, shown),
        places=lambda entries: ", ".join(
            dict.fromkeys(location_label(entry.where, language) for entry in entries)
        ),
        drawn=drawn,
        more_ops=more_ops,
        beside_redline=drawn is not None or predicted_shown is not None,
        undone=reviews.undone(log),
        undoable=undoable,
        events=change_events(change, actors),
        states=states,
        made_by=made_by_lines(belongs.made_by, language),
        texts=[(record_line(text.change, language), text) for text in belongs.texts],
        story_records=[(record_line(record, language), record) for record in belongs.others],
        deliveries=deliveries,
        held=lambda row: hold_line(row, language, web_context.settings.timezone),
        recipients=lambda row: recipient_lines(row, language),
        targets=targets,
        differs=differs,
        log=log,
        **annotation_lines(beside, language, web_context.settings.timezone),
        review=reviews.review_state(log, change.revision),
        who=reviewer(request),
        decisions=list(reviews.Decision),
        abstract=highlight_quotes(change.abstract, _quotes(change, "abstract")),
        title=highlight_quotes(change.title, _quotes(change, "title")),
        units=[(path, official_url(path)) for path in change.tagging.units],
        shown_units=UNITS,
        shown_amended=SHOWN_AMENDED,
        where=lambda where: location_label(where, language),
        status_where=lambda status: location_label(status_where(status, change), language),
    )


def _drawn(
    redline: Redline | None, language: Language
) -> tuple[DrawnRedline | None, Sequence[Operation], int]:
    """Return the beginning of a redline, its changes, and the number of those that are left out; None without any that
    is more than typographic."""
    found = [op for op in redline.operations if not op.editorial] if redline else []
    if redline is None or not found:
        return None, (), 0
    return draw(redline, found[:SHOWN_OPS], language), found[:SHOWN_OPS], max(0, len(found) - SHOWN_OPS)


def _proposed(change: Change) -> Proposed:
    """What the form begins with: what leads, or what was corrected of an earlier revision."""
    tagging = change.tagging
    last = change.corrections[-1].fields if change.corrections else CorrectedFields()
    return Proposed(
        (last.level or tagging.level).value,
        str(last.direction or tagging.direction or ""),
        last.topics if last.topics is not None else tuple(topic.id for topic in tagging.topics),
        last.gist_ja or tagging.headline.ja or tagging.summary.ja,
    )


def _quotes(change: Change, where: str) -> list[str]:
    tagging = change.tagging
    evidence = [
        *(entry for topic in tagging.topics for entry in topic.evidence),
        *tagging.japan_nexus,
        *(entry for match in change.profiles for entry in match.evidence),
        *(act.evidence for act in tagging.acts),
    ]
    return [entry.quote for entry in evidence if entry.where == where]
