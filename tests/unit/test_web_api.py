"""The records over HTTP."""

from __future__ import annotations

import json
import re

import pytest
from fastapi.testclient import TestClient

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import viewer
from tracker.serialization import change_to_json

pytestmark = pytest.mark.databases


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, database_of_module: object) -> TestClient:
    return viewer(tmp_path_factory.mktemp("state"), proposals=3)


def test_changes_are_the_records_of_the_command_line(client: TestClient) -> None:
    found = client.get("/api/changes", params={"level": "critical"}).json()
    story = found[0].pop("story")
    assert found == [json.loads(json.dumps(change_to_json(affiliates_rule())))]
    assert re.fullmatch(r"sty_[0-9a-f]{16}", story)


def test_the_conditions_are_those_of_the_command_line(client: TestClient) -> None:
    def found(**conditions: str) -> list[str]:
        return [change["id"] for change in client.get("/api/changes", params=conditions).json()]

    assert found(query="affiliates", topic="fdpr") == ["chg_0123456789abcdef"]
    assert (
        found(source="ear")
        == found(kind="cfr")
        == found(query='"744.21: (a) changed"')
        == ["chg_00000000000000cf"]
    )
    assert found(profile="vacuum-components", since="2025-09-01", until="2025-09-30") == [
        "chg_0123456789abcdef"
    ]
    assert len(found(baseline="false")) == 3


def test_lists_are_paged(client: TestClient) -> None:
    first = client.get("/api/changes", params={"limit": 4, "topic": ""})
    assert first.headers["x-total-count"] == "0"
    first = client.get("/api/changes", params={"limit": 4})
    assert first.headers["x-total-count"] == "6"
    following = first.headers["link"].split(">")[0].lstrip("<")
    second = client.get(following)
    assert "link" not in second.headers
    ids = [change["id"] for change in first.json() + second.json()]
    assert len(ids) == len(set(ids)) == 6


@pytest.mark.parametrize(
    "path", ["changes", "changes/2025-19001", "changes/chg_00000000000000cf/diff", "status", "deadlines"]
)
def test_a_repeated_question_is_answered_without_a_body(client: TestClient, path: str) -> None:
    first = client.get(f"/api/{path}")
    assert first.status_code == 200
    again = client.get(f"/api/{path}", headers={"if-none-match": f'W/{first.headers["etag"]}, "other"'})
    assert again.status_code == 304
    assert not again.content


def test_a_diff_has_the_documented_shape(client: TestClient) -> None:
    operations = client.get("/api/changes/chg_00000000000000cf/diff").json()
    added = next(operation for operation in operations if operation["op"] == "added")
    assert added["path"] == "15 CFR 744.21(b)"
    assert {"path", "op", "from_path", "before", "after", "editorial", "spans"} <= added.keys()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("changes/nope", 404),
        ("changes/nope/diff", 404),
        ("nothing", 404),
        ("changes?level=huge", 422),
        ("changes?limit=0", 422),
        ("changes?since=yesterday", 422),
    ],
)
def test_wrong_questions_are_sent_so_in_json(client: TestClient, path: str, status: int) -> None:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_it_describes_itself(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/changes", "/api/changes/{reference}", "/api/changes/{reference}/diff", "/api/changes/{reference}/tariff-rows", "/api/status", "/api/deadlines",
        "/api/law", "/api/effects", "/api/duty", "/api/search",
    }  # fmt: skip


def test_figures_for_prometheus(client: TestClient) -> None:
    client.get("/nothing-here")
    client.request("SHRED", "/")
    text = client.get("/metrics").text
    assert 'tracker_source_healthy{source="fr-bis"} 1' in text
    assert 'tracker_alerts{state="pending"} 1' in text
    assert 'tracker_http_requests_total{method="GET",code="404"}' in text
    assert "SHRED" not in text
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ok\n"
