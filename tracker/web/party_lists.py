"""The page of listed parties: added, removed or changed, by country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tracker.digest.changed_parties import PartyChange, parties, party_of
from tracker.i18n import t
from tracker.legal_status.ribbons import ribbons
from tracker.legal_status.stored_register import status_of_units
from tracker.model import Change, Language, Op
from tracker.screening.report import country_name, list_name
from tracker.serialization import change_from_json
from tracker.storage import changes as stored
from tracker.storage.change_query import ChangeQuery
from tracker.text import index_form, search_key
from tracker.web.context import InjectedContext, WebContext
from tracker.web.inbox_filter import BESIDE, InboxFilter, filter_of, wrong_period
from tracker.web.page_cache import cached_page
from tracker.web.rendering import language_of, number_of, page

router = APIRouter(include_in_schema=False)

LOOKED_AT = 200  # the newest changes: the redline of each is read
PAGE = 200  # parties
OPS = (Op.ADDED, Op.CHANGED, Op.REMOVED)
_FILTERS = frozenset({"op", "country", "q", "since", "until"})


@router.get("/lists")
def lists(request: Request, web_context: InjectedContext) -> HTMLResponse:
    return cached_page(request, web_context, lambda: _lists(request, web_context))


def _lists(request: Request, web_context: WebContext) -> HTMLResponse:
    asked = request.query_params
    chosen = filter_of(asked)
    country, op, words = (asked.get(name, "").strip()[:200] for name in ("country", "op", "q"))
    found = _found(web_context, chosen)
    countries = Counter(party.country.upper() for party in found if party.country)
    counts = Counter(party.op for party in found)
    shown = [
        party
        for party in found
        if (not country or party.country.upper() == country.upper())
        and (op not in list(OPS) or party.op == op)
        and index_form(words) in index_form(f"{party.name} {party.register}")
    ]
    pages = max(1, -(-len(shown) // PAGE))
    number = min(number_of(asked.get("page", "1")), pages)
    part = shown[(number - 1) * PAGE : number * PAGE]
    with web_context.store.read() as connection:
        states = status_of_units(connection, [party.path for party in part], web_context.today())
    language = language_of(request, web_context)
    return page(
        request,
        web_context,
        "lists.html.j2",
        wrong=list(_wrong(asked, chosen, countries, language)),
        groups=[(name, list(group)) for name, group in groupby(part, key=lambda party: party.country)],
        ribbons={path: ribbons(found, language) for path, found in states.items()},
        total=len(shown),
        values={"country": country, "op": op, "q": words, "since": chosen.since, "until": chosen.until},
        countries=sorted(
            ((name, country_name(name, language), count) for name, count in countries.items()),
            key=lambda each: each[1],
        ),
        named=lambda printed: country_name(printed, language),
        register=lambda printed: list_name(printed, language),
        ops=[(str(one), counts[one]) for one in OPS],
        number=number,
        pages=pages,
    )


def _wrong(
    asked: Mapping[str, str], chosen: InboxFilter, countries: Collection[str], language: Language
) -> Iterator[str]:
    """Yield a sentence for each part of the address that is no filter of this page, or matches nothing ever."""
    for name in asked:
        if name not in _FILTERS and name not in BESIDE:
            yield t("web.wrong-filter", language, name=name[:40])
    op, country = (asked.get(name, "").strip()[:200] for name in ("op", "country"))
    if op and op not in list(OPS):
        yield t("web.wrong-value", language, name=t("web.lists-what", language), value=op)
    if country and country.upper() not in countries:
        yield t("web.wrong-name", language, name=t("web.country", language), value=country)
    yield from wrong_period(asked, chosen, language)


def _found(web_context: WebContext, chosen: InboxFilter) -> tuple[PartyChange, ...]:
    """Return the parties, those in Japan first, then by country. A party that two sources list is shown once."""
    with web_context.reading() as store:
        wanted = chosen.wanted(web_context.today(), store)
        records = [
            record
            for kind in ("list", "cfr")
            for record in store.changes(
                ChangeQuery(kind=kind, since=wanted.since, until=wanted.until, editorial=False, baseline=False, limit=LOOKED_AT)
            )
        ]  # fmt: skip
    listed = [
        party
        for record in records
        if record["kind"] == "list" or "744" in record["title"]
        for party in _of(web_context, change_from_json(record))
    ]
    # Sorted across all changes: `parties` sorts the entries of one change only.
    unique: dict[tuple[str, ...], PartyChange] = {}
    for party in listed:
        key = (party.op, search_key(party.country), search_key(party.name))
        unique.setdefault(key, party)
    return tuple(
        sorted(
            unique.values(),
            key=lambda party: (not party.in_japan, party.country.casefold(), OPS.index(party.op), party.name.casefold()),
        )
    )  # fmt: skip


@lru_cache(maxsize=LOOKED_AT * 2)
def _of(web_context: WebContext, change: Change) -> tuple[PartyChange, ...]:
    with web_context.store.read() as connection:
        operations = stored.operations(connection, change.id)
    return parties([(change, [one for one in operations if party_of(one, change)])], before={})
