"""A page that is sent whole, with another nonce each time, is known to be the same without reading it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.case_player import Answer, CasePlayer
from tracker import parsing
from tracker.storage import source_state
from tracker.storage.database import Store

pytestmark = pytest.mark.databases

SOURCE = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
TEXT = "".join(
    f"<p>A license is required for valves of type {name}, as the rules say.</p>" for name in "abcdefgh"
)


def page(nonce: str, text: str = TEXT) -> str:
    return (
        f"<html><head><title>Valves</title><meta name=csrf-token content='{nonce}'><script nonce='{nonce}'>t = '{nonce}'</script>"
        f"</head><body><form><input type=hidden value='{nonce}'></form><main><h1>Valves</h1>{text}</main><!-- {nonce} --></body></html>"
    )


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the answers that were read."""
    found: list[str] = []
    honest = parsing.read

    def read(fetched: Any) -> Any:
        found.append(fetched.key)
        return honest(fetched)

    monkeypatch.setattr("tracker.parsing.read", read)
    return found


def test_another_nonce_is_settled_without_reading_the_page(tmp_path: Path, readings: list[str]) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": page("8f3a")})
        readings.clear()
        for nonce in ("77c1", "90ab"):
            (report,) = player.step({"/page": page(nonce)}).values()
            assert (report.state, report.documents) == ("healthy", 1)
        assert readings == []
        assert player.site.requests.count("/page") == 3
        state = source_state.source_states(Store(player.state))["page"]
        assert state.last_success_at == player.now
        player.step({"/page": page("c0de", TEXT.replace("type c", "type x"))})
        (change,) = player.changes()
        assert "type x" in change["summary"]["en"]
        readings.clear()
        player.step({"/page": page("beef", TEXT.replace("type c", "type x"))})
        assert readings == []
        assert len(player.changes()) == 1


def test_new_validators_are_kept_although_the_text_is_known(tmp_path: Path, readings: list[str]) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": Answer(page("8f3a"), headers={"ETag": '"1"'})})
        readings.clear()
        player.step({"/page": Answer(page("77c1"), headers={"ETag": '"2"'})})
        assert readings == []
        (resource,) = source_state.load_resources(Store(player.state), ["page"])["page"].values()
        assert (resource.validators.etag, resource.validators.last_full_fetch_at) == ('"2"', player.now)


def test_other_settings_read_the_page_again(tmp_path: Path, readings: list[str]) -> None:
    with CasePlayer(SOURCE + 'content = "main"\n', tmp_path) as player:
        player.step({"/page": page("8f3a")})
    readings.clear()
    with CasePlayer(SOURCE + 'content = "h1"\n', tmp_path) as player:
        player.step({"/page": page("77c1")})
        assert readings


def test_the_stored_text_after_another_one_ends_the_doubt(tmp_path: Path) -> None:
    """An unconfirmed text is not confirmed, and the stored one is recognized by its outline."""
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/page": page("8f3a")})
        other = page("77c1", TEXT.replace("type c", "type x"))
        player.step({"/page": [other, page("90ab")]})
        assert player.changes() == []
        for nonce in ("c0de", "beef"):
            player.step({"/page": page(nonce)})
        assert player.changes() == []
