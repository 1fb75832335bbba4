"""The page and the API of the search: the best changes and passages for a question."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from tracker.answers.partners import Screeners
from tracker.answers.search import found_everywhere
from tracker.answers.texts import text_sources
from tracker.model import Language
from tracker.rendering.redlines.layout import anchor_of, split_section
from tracker.screening.report import country_name, list_name
from tracker.screening.screener import Partner
from tracker.search.answers import search as search_everywhere
from tracker.search.marks import highlight, passage
from tracker.search.query import Terms
from tracker.text import fold_space
from tracker.web.api import answer as json_answer
from tracker.web.context import InjectedContext
from tracker.web.inbox import InboxRow, entries
from tracker.web.regulations import version_days
from tracker.web.rendering import language_of, page

router = APIRouter()

SHOWN = 8  # of each kind on the page
PARTIES = 5
MOST = 100  # of each kind in the API


@router.get("/search", include_in_schema=False)
def search(request: Request, web_context: InjectedContext, q: str = "") -> HTMLResponse:
    asked = q.strip()[:200]
    language = language_of(request, web_context)
    with web_context.reading() as store:
        found = search_everywhere(
            store, request.app.state.finder, asked, text_sources(web_context.settings), SHOWN
        )
        log = store.reviews([record["id"] for record in found.changes])
    return page(
        request,
        web_context,
        "search.html.j2",
        q=asked,
        found=found,
        forms=[form for group in found.wanted for form in group[1:]],
        entries=entries(list(found.changes), log, web_context.today(), language),
        hits=[(hit, split_section(hit.path)[0], anchor_of(hit.path)) for hit in found.hits],
        lit=partial(highlight, wanted=found.wanted),
        words_found=partial(_words_found, wanted=found.wanted, language=language),
        passage=partial(passage, wanted=found.wanted),
        parties=_parties(request, asked, language),
        days=version_days(web_context, {hit.identity for hit in found.hits}),
    )


def _parties(request: Request, asked: str, language: Language) -> list[tuple[str, str, str]]:
    """Return the listed parties that the question may name: name, list, country."""
    screeners: Screeners = request.app.state.screeners
    screener = screeners.at_hand(request.app.state.finder) if asked else None
    if screener is None:
        return []
    found = [screener.parties[hit.party] for hit in screener.find(Partner(asked))[:PARTIES]]
    return [
        (party.name, list_name(party.list, language), country_name(party.country, language))
        for party in found
    ]


def _words_found(row: InboxRow, wanted: Terms, language: Language) -> list[tuple[bool, str]]:
    """Return the passage of a change that shows why it was found, if its headline and title do not."""
    change, tagging = row.change, row.change.tagging
    other: Language = "en" if language == "ja" else "ja"
    texts = [change.abstract]
    texts += [words.get(one) for one in (language, other) for words in (tagging.summary, tagging.reason)]
    texts += [", ".join(tagging.units), ", ".join(tagging.eccns)]
    texts += [evidence.quote for topic in tagging.topics for evidence in topic.evidence]
    for text in texts:
        runs = passage(fold_space(text), wanted)
        if any(hit for hit, _ in runs):
            return runs
    return passage(fold_space(change.abstract), wanted) if change.abstract else []


@router.get(
    "/api/search",
    tags=["records"],
    response_model=dict[str, Any],
    summary="The best changes and passages of all stored versions for a question, and near ones where there are none",
)
def search_api(
    request: Request,
    web_context: InjectedContext,
    query: Annotated[
        str, Query(min_length=1, max_length=200, description='Words, Japanese or English; "a phrase"')
    ],
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
) -> Response:
    with web_context.reading() as store:
        found = found_everywhere(store, request.app.state.finder, web_context.settings, query, limit)
    return json_answer(request, found)
