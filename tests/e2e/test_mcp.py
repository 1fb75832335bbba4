"""A session of the official MCP client over both transports: ten questions of a trade officer, over the demo's archive."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import TextContent, TextResourceContents

from tests.shared_state import demo_state
from tracker.config.loader import load
from tracker.mcp.http import serve
from tracker.mcp.sizes import MOST
from tracker.storage.read_queries import open_reader

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TRANSPORTS = ("stdio", "http")
TOOLS = {
    "changes_since",
    "get_change",
    "search",
    "law_as_of",
    "diff",
    "effects",
    "deadlines",
    "screen_party",
    "explain_for_profile",
    "duty",
}
Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_state(tmp_path_factory)


@pytest.fixture(scope="module")
def address(state: Path) -> Iterator[str]:
    settings = load(state / "sources.toml", secrets=False)
    server = serve(settings, state, "127.0.0.1:0", lambda: NOW)
    server.start()
    yield f"{server.url}/mcp"
    server.stop()


@asynccontextmanager
async def connected(transport: str, state: Path, address: str) -> AsyncIterator[Client]:
    if transport == "http":
        async with Client(address) as client:
            yield client
        return
    arguments = ["-m", "tracker", "mcp", "--config", str(state / "sources.toml"), "--state", str(state)]
    program = StdioServerParameters(
        command=sys.executable, args=arguments, env={**os.environ, "TRACKER_NOW": NOW.isoformat()}
    )
    async with Client(stdio_client(program)) as client:
        yield client


def session(
    transport: str, state: Path, address: str, talk: Callable[[Client, Ask], Awaitable[None]]
) -> None:
    """Run a session; each answer is checked for what all answers have."""

    async def run() -> None:
        async with connected(transport, state, address) as client:

            async def ask(tool: str, **arguments: Any) -> dict[str, Any]:
                result = await client.call_tool(tool, arguments)
                (content,) = result.content
                assert isinstance(content, TextContent)
                assert not result.is_error, content.text
                assert len(content.text.encode()) <= MOST
                found: dict[str, Any] = json.loads(content.text)
                assert {"tool", "at", "notice", "citations", "undetermined"} <= found.keys()
                assert found["tool"] == tool
                assert all({"code", "en", "ja"} <= note.keys() for note in found["undetermined"])
                return found

            await talk(client, ask)

    asyncio.run(run())


def codes(answer: dict[str, Any]) -> set[str]:
    return {note["code"] for note in answer["undetermined"]}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_ten_questions_of_a_trade_officer(transport: str, state: Path, address: str) -> None:
    async def talk(client: Client, ask: Ask) -> None:
        # 1 What changed since April that is high or above?
        changed = await ask("changes_since", since="2026-04-01", level="high")
        assert changed["page"]["total"] == len(changed["changes"]) > 0
        assert {one["level"] for one in changed["changes"]} <= {"high", "critical"}
        cited = {one["change"]: one for one in changed["citations"]}
        for one in changed["changes"]:
            assert cited[one["id"]]["sha256"] == one["after"]["sha256"]
            assert cited[one["id"]]["url"].startswith("http")
            assert {"ja", "en"} == one["source_text"]["headline"].keys()

        # 2 What of it concerns our vacuum valves?
        ours = await ask("changes_since", since="2026-01-01", profile="vacuum-components")
        valves = next(
            one for one in ours["changes"] if "Supp. No. 1 to Part 774 › 3B001 › c.1.b" in one["units"]
        )
        because = await ask("explain_for_profile", change_id=valves["id"], profile="vacuum-components")
        explanation = because["explanation"]
        assert explanation["concerns_the_profile"] is True
        assert any(
            "3B001" in one["quote"] or "Vacuum" in one["quote"] for one in explanation["matched_words"]
        )
        assert "profile-as-classified" in codes(because)

        # 3 And is it of no concern to the other team?
        other = await ask("explain_for_profile", change_id=valves["id"], profile="trading-partners")
        assert other["explanation"]["concerns_the_profile"] is False
        assert "profile-not-matched" in codes(other)

        # 4 What exactly was added to 3B001?
        words = await ask("diff", change_id=valves["id"])
        added = next(one for one in words["operations"] if one["op"] == "added")
        assert added["path"] == "Supp. No. 1 to Part 774 › 3B001 › c.1.b"
        assert "Vacuum valves" in added["official_text"]["after"]

        # 5 What did 3B001.c.1.b say in January, and what does it say now?
        now = await ask("law_as_of", path="3B001.c.1.b")
        then = await ask("law_as_of", path="3B001.c.1.b", as_of="2026-01-15")
        assert "Vacuum valves" in now["law"]["official_text"]["text"]
        assert "Vacuum valves" not in then["law"]["official_text"]["text"]
        assert now["law"]["status"][0]["state"] == "in-force"
        assert re.fullmatch(r"[0-9a-f]{64}", now["citations"][0]["sha256"])
        assert now["citations"][0]["sha256"] != then["citations"][0]["sha256"]

        # 6 How does the item differ between the two days?
        between = await ask("diff", path="3B001", before="2026-01-15", after="2026-06-01")
        assert {one["op"] for one in between["operations"]} >= {"added"}
        assert between["compared"]["before"]["text_as_of"] < between["compared"]["after"]["text_as_of"]
        assert len(between["citations"]) == 2

        # 7 Are the reciprocal tariffs still law?
        order = await ask("law_as_of", path="E.O. 14257")
        assert order["law"]["status"][0]["state"] == "rescinded"
        assert order["law"]["status"][0]["quote"]
        assert "no-text-of-instruments" in codes(order)

        # 8 What acted on it, and when?
        acted = await ask("effects", path="E.O. 14257")
        assert acted["page"]["total"] == len(acted["effects"]) > 0
        assert all(one["affecting"]["quote"] for one in acted["effects"])

        # 9 Is our new supplier listed, and which dates are ahead?
        named = await ask("screen_party", name="Hinode Sample Seimitsu", country="Japan")
        assert named["hits_total"] == len(named["hits"]) >= 1
        hit = named["hits"][0]
        assert hit["list"] == "entity-list"
        assert hit["score"] == 1
        assert hit["source_text"]["party"].startswith("Hinode Sample Seimitsu")
        hashes = {one["list"]: one["sha256"] for one in named["citations"] if "list" in one}
        assert re.fullmatch(r"[0-9a-f]{64}", hashes["entity-list"])
        assert "owners-not-checked" in codes(named)
        unlisted = await ask("screen_party", name="Kitanohara Bearing Kogyo")
        assert unlisted["hits"] == []
        assert unlisted["lists"]
        assert "no-match-is-no-clearance" in codes(unlisted)
        ahead = await ask("deadlines", until="2027-12-31")
        assert [one["date"] for one in ahead["deadlines"]] == sorted(
            one["date"] for one in ahead["deadlines"]
        )
        assert all(one["quote"] for one in ahead["deadlines"])
        assert {"dates-only-as-read", "sources-behind"} <= codes(ahead)

        # 10 Where else does the law speak of vacuum valves? (asked in Japanese)
        found = await ask("search", query="真空バルブ")
        if "texts-not-indexed" in codes(found):
            await asyncio.sleep(3)
            found = await ask("search", query="真空バルブ")
        assert any(one["id"] == valves["id"] for one in found["changes"])
        assert any("Vacuum valves" in one["official_text"]["text"] for one in found["passages"])
        whole = await ask("get_change", id=valves["id"])
        assert whole["change"]["id"] == valves["id"]
        assert not {"deliveries", "reviews"} & whole["change"].keys()

    before = _written(state)
    session(transport, state, address, talk)
    assert _written(state) == before, "a tool wrote something"


def _written(state: Path) -> int:
    with open_reader(state) as reader:
        return reader.data_version()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_digests_are_resources_and_prompts_are_in_both_languages(
    transport: str, state: Path, address: str
) -> None:
    async def talk(client: Client, _ask: Ask) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == TOOLS
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        assert all(tool.description for tool in tools)
        listed = [str(one.uri) for one in (await client.list_resources()).resources]
        assert listed[:2] == ["tracker://digest/2026-W22/ja", "tracker://digest/2026-W22/en"]
        for week, language in (("2026-W21", "ja"), ("2026-W12", "en")):
            (content,) = (await client.read_resource(f"tracker://digest/{week}/{language}")).contents
            assert isinstance(content, TextResourceContents)
            assert len(content.text.encode()) <= MOST
            digest = json.loads(content.text)
            assert digest["source_text"]["markdown"].startswith("# ")
            assert digest["citations"]
            assert re.fullmatch(r"[0-9a-f]{64}", digest["sha256"])
        names = [prompt.name for prompt in (await client.list_prompts()).prompts]
        assert {name.removesuffix("-ja") for name in names if name.endswith("-ja")} == {
            name.removesuffix("-en") for name in names if name.endswith("-en")
        }
        result = await client.get_prompt("in-force-ja", {"path": "E.O. 14257", "day": "2026-06-01"})
        words = result.messages[0].content
        assert isinstance(words, TextContent)
        assert "E.O. 14257" in words.text
        assert "法的助言ではありません" in words.text

    session(transport, state, address, talk)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_wrong_question_is_answered_in_one_line(transport: str, state: Path, address: str) -> None:
    async def talk(client: Client, _ask: Ask) -> None:
        for tool, arguments, words in (
            ("changes_since", {"since": "yesterday"}, "since: 'yesterday' is not a day"),
            ("changes_since", {"since": "2026-01-01", "topics": ["spies"]}, "topics: 'spies' is not one of"),
            ("changes_since", {"since": "2026-01-01", "profile": "nobody"}, "no profile has the id 'nobody'"),
            ("changes_since", {"since": "2026-01-01", "cursor": "x"}, "is not one of ours"),
            ("get_change", {"id": "chg_ffffffffffffffff"}, "no change is called"),
            ("diff", {}, "give change_id, or path with before and after"),
            ("diff", {"path": "3B001", "before": "2026-02-01", "after": "2026-01-01"}, "is not before after"),
            ("law_as_of", {"path": "3B001", "known_at": "2026-01-01T00:00:00"}, "has no time zone"),
            ("search", {"query": " "}, "query: words are needed"),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error, tool
            (content,) = result.content
            assert isinstance(content, TextContent)
            assert words in content.text
            assert "\n" not in content.text
            assert str(state) not in content.text

    session(transport, state, address, talk)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_is_left_open_may_be_null(transport: str, state: Path, address: str) -> None:
    """Assistants send null for an argument that they leave out, and a word where a list of one is wanted."""

    async def talk(client: Client, ask: Ask) -> None:
        described = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
        for name, schema in described.items():
            for argument, one in schema["properties"].items():
                assert one.get("description"), (name, argument)
        plain = await ask("changes_since", since="2026-01-01", topics=["entity-list"])
        null: dict[str, Any] = dict.fromkeys(("level", "profile", "query", "limit", "cursor"))
        assert await same(ask, plain, "changes_since", since="2026-01-01", topics=["entity-list"], **null)
        assert await same(ask, plain, "changes_since", since="2026-01-01", topics="entity-list")
        law = await ask("law_as_of", path="3B001")
        assert await same(ask, law, "law_as_of", path="3B001", as_of=None, known_at=None, cursor=None)
        refused = await client.call_tool("law_as_of", {"path": None})
        assert refused.is_error

    session(transport, state, address, talk)


async def same(ask: Ask, first: dict[str, Any], tool: str, **arguments: Any) -> bool:
    again = await ask(tool, **arguments)
    return {**again, "at": ""} == {**first, "at": ""}
