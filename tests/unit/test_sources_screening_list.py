from __future__ import annotations

import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import START, Notes, Site, client_for, conditional, json_answer, page
from tracker import sources
from tracker.config.models import Source
from tracker.errors import AccessDenied, FetchError, UnexpectedResponse
from tracker.model import Fetched, NotModified, ResourceType
from tracker.sources import Item

CSL = Source("csl", "screening-list", url="https://data.trade.gov/v1/consolidated.json")
BODY = b'{"total": 1, "results": [{"name": "Some Co.", "source": "Entity List (EL)"}]}\n'


def poll(at: Site, notes: Notes | None = None) -> list[Item]:
    notes = notes or Notes()
    return notes.keep(CSL, sources.poll(CSL, notes, client_for(at), START))


def site(reply: object) -> Site:
    return Site({"/v1/consolidated.json": reply})


def test_the_list_is_one_resource_and_checks_no_robots() -> None:
    at = site(httpx.Response(200, content=BODY))
    (item,) = poll(at)
    assert isinstance(item, Fetched)
    assert (item.key, item.role) == ("consolidated", ResourceType.SCREENING_LIST)
    assert at.asked == ["/v1/consolidated.json"]


def test_a_second_poll_is_conditional() -> None:
    notes, at = Notes(), site(conditional(BODY, '"c"', "application/json"))
    poll(at, notes)
    assert [type(item) for item in poll(at, notes)] == [NotModified]


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (json_answer({"results": []}), UnexpectedResponse, "empty"),
        (json_answer({"total": 0}), UnexpectedResponse, "without a list"),
        (json_answer([1]), UnexpectedResponse, "not a complete JSON object"),
        (httpx.Response(200, content=BODY[:40]), UnexpectedResponse, "not a complete JSON object"),
        (httpx.Response(200, content=b""), UnexpectedResponse, "not a complete JSON object"),
        (page("<title>Oops</title>"), UnexpectedResponse, "not a complete JSON object"),
        (page("<title>Access Denied</title>"), AccessDenied, "wall"),
    ],
)
def test_an_answer_that_is_no_list_is_never_an_empty_list(
    reply: httpx.Response, kind: type[FetchError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        poll(site(reply))


def test_the_list_can_be_requested_again() -> None:
    at = site(httpx.Response(200, content=BODY))
    client = client_for(at)
    (first,) = sources.poll(CSL, Notes(), client, START)
    assert isinstance(first, Fetched)
    assert sources.refetch(CSL, first, client).answer.body == BODY
