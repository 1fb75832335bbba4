"""For any address or form, the viewer answers, and never with a server error."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.unit.web_samples import viewer
from tracker.web.change_history import highlight_quotes
from tracker.web.inbox_filter import InboxFilter

QUIET = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["critical", "none", "fdpr", "stayed", "open", "2025-11-19", "0", "-1", '"', '""', "*", "NEAR(", "a OR b",
                     "輸出", "真空バルブ", "%", "\x00", "\ud800".encode("utf-8", "replace").decode(), "9" * 30, "²"]),
)  # fmt: skip
PATHS = st.sampled_from(
    ["/", "/calendar", "/calendar.ics", "/feed.atom", "/changes/2025-19001", "/changes/chg_00000000000000cf/redline", "/law",
     "/law/text", "/law/compare", "/law/history", "/reviews", "/reviews.csv", "/deliveries", "/api/changes", "/api/deadlines", "/language/ja"]
)  # fmt: skip
NAMES = st.sampled_from(
    [*InboxFilter.__slots__, "page", "part", "view", "editorial", "context", "text", "path", "on", "since", "place", "lang", "state", "change",
     "limit", "offset", "back", "baseline"]
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return viewer(tmp_path_factory.mktemp("state"), with_hostile=True)


@QUIET
@given(path=PATHS, query=st.dictionaries(NAMES, WORDS, max_size=4))
def test_any_query_is_answered(client: TestClient, path: str, query: dict[str, Any]) -> None:
    assert client.get(path, params=query).status_code < 500


@QUIET
@given(reference=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_reference_is_answered(client: TestClient, reference: str) -> None:
    from urllib.parse import quote

    for form in (
        "/changes/{}",
        "/changes/{}/redline",
        "/changes/{}/redline.json",
        "/api/changes/{}",
        "/api/changes/{}/diff",
    ):
        assert client.get(form.format(quote(reference, safe=""))).status_code < 500


@QUIET
@given(
    path=st.sampled_from(["/reviewer", "/changes/2025-19001/review", "/changes/chg_00000000000000cf/review"]),
    form=st.dictionaries(
        st.sampled_from(["who", "form", "back", "action", "value", "note", "due"]), WORDS, max_size=7
    ),
    cookie=st.text(
        alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\'), max_size=50
    ),
)
def test_any_form_is_answered_and_refused_without_a_token(
    client: TestClient, path: str, form: dict[str, str], cookie: str
) -> None:
    headers = {"cookie": f"tracker_form={cookie}; reviewer={cookie}"}
    assert 400 <= client.post(path, data=form, headers=headers).status_code < 500


@given(text=st.text(max_size=80), quotes=st.lists(st.text(max_size=10), max_size=5))
def test_marking_quotes_changes_no_word(text: str, quotes: list[str]) -> None:
    runs = highlight_quotes(text, quotes)
    assert "".join(words for _, words in runs) == text
    assert all(words for _, words in runs)
