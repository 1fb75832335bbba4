"""A kind of source is added in one place: its registration carries it from the settings file to a stored change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e import world as worlds
from tests.e2e.world import World
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.server import StandIn
from tracker.config import source_kinds
from tracker.config.keys import STRING, URL, Key
from tracker.config.models import Source
from tracker.config.schema import json_schema
from tracker.config.source_kinds import SourceKind
from tracker.config.validators import non_empty
from tracker.errors import SettingsError
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.model import Fetched, ResourceType
from tracker.scheduler.schedule import load_checked
from tracker.sources import Item, StateView, Wanted, has_history
from tracker.sources.adapter import Adapter

BULLETIN = SourceKind(
    name="bulletin",
    keys={"url": URL, "board": Key(non_empty, STRING, "the board to read", required=True)},
    adapter=__name__,
)


def poll(
    source: Source, _memory: StateView, client: Client, _now: datetime, _wanted: Wanted
) -> Iterator[Item]:
    """One page: the board that the settings name."""
    yield fetch(source, f"{source.url}/{source.options['board']}", client)


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    return fetch(source, fetched.key, client)


def fetch(source: Source, url: str, client: Client) -> Fetched:
    answer = client.fetch(url, rate=PAGES, deadline=client.deadline(source.time_limit), robots=True)
    return Fetched(url, ResourceType.PAGE, answer)


ADAPTER = Adapter(poll, refetch)


@pytest.fixture
def bulletin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_kinds, "_registered", dict(source_kinds.source_kinds()))
    monkeypatch.setitem(worlds.SOURCES, "board", 'kind = "bulletin"\nurl = "{base}/news"\nboard = "rule"')
    source_kinds.register(BULLETIN)


@pytest.mark.usefixtures("bulletin")
def test_a_registered_kind_is_polled_and_its_change_is_stored_and_sent(
    standin: StandIn, tmp_path: Path
) -> None:
    world = World(tmp_path, standin, SAMPLE_NOW)
    assert world.use("board").one().state == "healthy"
    words = "Using Huawei Ascend chips anywhere risks violating U.S. export controls (15 CFR 744)."
    standin.edit_page("/news/rule", "</h2>", f"</h2><p>{words}</p>")
    world.later(hours=1)
    world.one()
    [change] = [found for found in world.changes() if not found["baseline"]]
    assert change["source"] == "board"
    assert change["url"] == f"{standin.url}/news/rule"
    [alert] = world.alerts
    assert change["id"] in alert


@pytest.mark.usefixtures("bulletin")
def test_the_keys_of_a_registered_kind_are_checked_and_in_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(
        '[[source]]\nid = "a"\nkind = "bulletin"\nurl = "https://a.example/"\nboards = "x"\n', "utf-8"
    )
    with pytest.raises(SettingsError) as caught:
        load_checked(path)
    assert [line.partition("sources.toml:")[2] for line in caught.value.problems] == [
        '1: [[source]] lacks "board"',
        '5: unknown key "boards"; did you mean "board"?',
    ]
    variants = json.loads(json_schema())["properties"]["source"]["items"]["oneOf"]
    [own] = [variant for variant in variants if variant["title"] == "bulletin"]
    assert own["properties"]["board"]["description"] == "the board to read"
    assert not has_history("bulletin")


@pytest.mark.usefixtures("bulletin")
def test_a_second_kind_of_the_same_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'bulletin' is registered twice"):
        source_kinds.register(SourceKind("bulletin", {}, "elsewhere"))
