"""Random requests to the API, generated from its OpenAPI description."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.web_samples import viewer

HOST = {"Host": "127.0.0.1"}
PATHS = [
    "/api/changes",
    "/api/changes/{reference}",
    "/api/changes/{reference}/diff",
    "/api/changes/{reference}/tariff-rows",
    "/api/status",
    "/api/deadlines",
    "/api/law",
    "/api/effects",
    "/api/duty",
    "/api/search",
]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    client = viewer(tmp_path_factory.mktemp("state"), with_hostile=True)
    found = schemathesis.openapi.from_asgi("/api/openapi.json", client.app, headers=HOST)
    found.config.base_url = "http://127.0.0.1"
    return found


def test_every_path_is_described(described: Any) -> None:
    assert sorted(found.ok().path for found in described.get_all_operations()) == sorted(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_no_question_breaks_it(described: Any, path: str) -> None:
    operation = described[path]["GET"]

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        answer = case.call(headers=HOST)
        assert answer.status_code in {200, 404, 422}, answer.text

    ask()
