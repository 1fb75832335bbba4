"""The MCP server: ten read-only tools, the digests as resources, and prompts in both languages."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec, get_args, get_type_hints

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp_types import Resource, ToolAnnotations
from pydantic import Field

from tracker import __version__
from tracker.errors import TrackerError
from tracker.mcp import change_tools, digests, duty_tools, law_tools, party_tools
from tracker.mcp.answering import Answers
from tracker.mcp.prompts import prompts
from tracker.mcp.source_words import NOTICE
from tracker.model import TOPIC_IDS

INSTRUCTIONS = (
    "tracker watches US export-control, tariff and AI-export law for Japanese firms. Start with changes_since, search or"
    " law_as_of; get_change, diff, effects and explain_for_profile go deeper. Cite document numbers, addresses and record ids"
    " from citations. Pass on everything under undetermined and left_out; do not fill gaps from memory. A long answer has"
    " page.next_cursor: call again with cursor. " + NOTICE
)
P = ParamSpec("P")
JSON = "application/json"
_READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

Cursor = Annotated[
    str, Field(description="next_cursor of the page before; empty: the first page", max_length=40)
]
Day = Annotated[str, Field(description="A day, such as 2026-11-30; empty: no limit", max_length=40)]
Reference = Annotated[
    str,
    Field(description="The id of a change (chg_...), a document number or an FR citation", max_length=100),
]
Path = Annotated[
    str,
    Field(
        description="A citation: 15 CFR 744.11(a)(1), 3B001.c.1.b, Supp. No. 4 to Part 744 › JAPAN › NAME, E.O. 14257,"
        " 2025-19001 or 9903.01.25",
        max_length=400,
    ),
]
Profile = Annotated[str, Field(description="The id of a profile of the settings", max_length=200)]
Limit = Annotated[int, Field(description="Rows of one page at most; a page also ends at its size", ge=1)]


def _answers(function: Callable[P, dict[str, Any]]) -> Callable[P, str]:
    """Return the tool: its answer as JSON text, and errors of ours in one line."""

    @functools.wraps(function)
    def tool(*args: P.args, **kwargs: P.kwargs) -> str:
        try:
            # Assistants send null for what they leave out.
            given: Any = {name: value for name, value in kwargs.items() if value is not None}
            return written(function(*args, **given))
        except TrackerError as error:
            raise ToolError(error.line()) from error

    signature = _nullable(function)
    tool.__dict__["__signature__"] = signature
    tool.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()} | {
        "return": str
    }
    return tool


def _nullable(function: Callable[..., Any]) -> inspect.Signature:
    """Return the signature of a tool, in which an argument that may be left out may be null."""
    hints = get_type_hints(function, include_extras=True)
    signature = inspect.signature(function)
    parameters = []
    for name, one in signature.parameters.items():
        hint = hints[name]
        if one.default is not inspect.Parameter.empty:
            kind, *described = get_args(hint)
            hint = Annotated[kind | None, *described]
        parameters.append(one.replace(annotation=hint))
    return signature.replace(parameters=parameters, return_annotation=str)


def written(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


class AssistantServer(MCPServer[Any]):
    """Lists the digests of the last weeks, whenever it is asked."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(
            "tracker", title="tracker", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
        )
        self.answers = answers

    async def list_resources(self) -> list[Resource]:
        return [
            Resource(uri=address, name=address.removeprefix("tracker://"), title=title, mime_type=JSON)
            for address, title in digests.listed(self.answers)
        ]


def make_server(answers: Answers) -> AssistantServer:
    """Return the server over stored data."""
    server = AssistantServer(answers)
    _change_tools(server, answers)
    _law_tools(server, answers)
    _digests(server, answers)
    for prompt in prompts():
        server.add_prompt(prompt)
    return server


def _words(topics: list[str] | str) -> list[str]:
    return topics if isinstance(topics, list) else [one.strip() for one in topics.split(",") if one.strip()]


def _tool(server: MCPServer[Any], title: str, function: Callable[..., dict[str, Any]]) -> None:
    server.add_tool(_answers(function), title=title, annotations=_READ_ONLY, structured_output=False)


def _change_tools(server: MCPServer[Any], answers: Answers) -> None:
    def changes_since(
        since: Annotated[
            str, Field(description="Published (or detected) on or after this day", max_length=40)
        ],
        topics: Annotated[
            list[str] | str,
            Field(description=f"One of these topics: {', '.join(TOPIC_IDS)}; empty: all", max_length=30),
        ] = [],  # noqa: B006 - the SDK copies it
        level: Annotated[
            str,
            Field(
                description="This level or above: none, low, medium, high, critical; empty: low",
                max_length=20,
            ),
        ] = "",
        profile: Profile = "",
        query: Annotated[str, Field(description="Words, Japanese or English", max_length=200)] = "",
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> dict[str, Any]:
        """What changed since a day, newest first: level, direction, headline, units, dates and legal status of each."""
        return change_tools.changes_since(
            answers, since, _words(topics), level, profile, query, limit, cursor
        )

    def get_change(id: Reference) -> dict[str, Any]:
        """One change with its acts, evidence, dates, legal status, effects, related records and corrections."""
        return change_tools.get_change(answers, id)

    def search(
        query: Annotated[
            str, Field(description='Words, Japanese or English; "a phrase" in quotes', max_length=200)
        ],
        limit: Limit = 10,
        cursor: Cursor = "",
    ) -> dict[str, Any]:
        """The best changes and passages of all stored versions of the law for a question, and near questions."""
        return change_tools.search_all(answers, query, limit, cursor)

    def deadlines(until: Day = "", limit: Limit = 30, cursor: Cursor = "") -> dict[str, Any]:
        """Dates ahead, earliest first: end of comments, effective, compliance, expiry, end of a stay, hearing."""
        return change_tools.deadlines(answers, until, limit, cursor)

    def explain_for_profile(change_id: Reference, profile: Profile) -> dict[str, Any]:
        """Why a change concerns a profile of the settings: the matching words, the level for it, acts and dates."""
        return change_tools.explain_for_profile(answers, change_id, profile)

    _tool(server, "Changes since a day", changes_since)
    _tool(server, "One change", get_change)
    _tool(server, "Search changes and law", search)
    _tool(server, "Dates ahead", deadlines)
    _tool(server, "Why it concerns a profile", explain_for_profile)


def _law_tools(server: MCPServer[Any], answers: Answers) -> None:
    def law_as_of(path: Path, as_of: Day = "", known_at: Day = "", cursor: Cursor = "") -> dict[str, Any]:
        """What is law on a day: the words and the status of a unit, an order, a rule, a heading or a listed party, with
        every effect that made it so. as_of: the day, default today in New York; known_at: only what was known by then."""
        return law_tools.law_as_of(answers, path, as_of, known_at, cursor)

    def diff(
        change_id: Annotated[
            str, Field(description="A change; or give path, before and after", max_length=100)
        ] = "",
        path: Annotated[
            str, Field(description="A unit of the CFR, such as 15 CFR 744.21(b)", max_length=400)
        ] = "",
        before: Day = "",
        after: Day = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> dict[str, Any]:
        """What differs, unit by unit, with the old and the new words: of one change, or of a unit between two days."""
        return law_tools.diff(answers, change_id, path, before, after, limit, cursor)

    def effects(
        path: Annotated[
            str, Field(description="A unit, a document, an order or a heading; empty: all", max_length=400)
        ] = "",
        since: Day = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> dict[str, Any]:
        """The register of effects: which document stays, delays, ends or amends which other one, from when to when, and
        whether the printed text shows it. since: known, or known to have ended, on or after this day."""
        return law_tools.effects(answers, path, since, limit, cursor)

    def screen_party(
        name: Annotated[
            str,
            Field(description="The name of a firm or a person, in Japanese or Latin letters", max_length=300),
        ],
        country: Annotated[str, Field(description="Its country, where it is known", max_length=100)] = "",
    ) -> dict[str, Any]:
        """Listed parties that a name may stand for, in the stored lists: list, requirement, policy, since when, by which
        rule, and how fresh each list is. No match is no clearance."""
        return party_tools.screen_party(answers, name, country)

    def duty(
        hts: Annotated[str, Field(description="An HTS number of 4 to 10 digits: 8708.40.11", max_length=20)],
        origin: Annotated[
            str, Field(description="Country of origin, two letters or a name; empty: JP", max_length=60)
        ] = "",
        on: Day = "",
    ) -> dict[str, Any]:
        """Which duty a line of the tariff schedule pays on a day of entry: the base rate and the headings of chapter 99 that
        apply by their own words and notes, each with rate, days, source and quote. not-determined names the open questions:
        never guess them. on: default today in New York."""
        return duty_tools.duty(answers, hts, origin, on)

    _tool(server, "A name against the lists of parties", screen_party)
    _tool(server, "The duty of a line", duty)
    _tool(server, "The law on a day", law_as_of)
    _tool(server, "Differences", diff)
    _tool(server, "Register of effects", effects)


def _digests(server: MCPServer[Any], answers: Answers) -> None:
    def weekly(week: str, language: str, profile: str = "") -> str:
        try:
            return written(digests.read(answers, week, language, profile))
        except TrackerError as error:
            raise ResourceError(error.line()) from error

    @server.resource(digests.ADDRESS, name="digest", title="Weekly digest", mime_type=JSON)
    def digest(week: str, language: str) -> str:
        """The digest of a week (2026-W47) in ja or en, as Markdown under source_text."""
        return weekly(week, language)

    @server.resource(
        digests.ADDRESS_OF_PROFILE,
        name="digest-of-a-profile",
        title="Weekly digest of a profile",
        mime_type=JSON,
    )
    def digest_of_a_profile(week: str, language: str, profile: str) -> str:
        """The same for the readers of one profile."""
        return weekly(week, language, profile)
