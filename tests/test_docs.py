"""What is written agrees with what is there: settings, commands, records, words, links, make targets."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli

from tracker.cli import (
    accounts,
    alerts,
    amendments,
    archive,
    checking,
    corrections,
    digest,
    duty,
    effects,
    evaluation,
    mcp,
    noise,
    queries,
    running,
    screening,
    search,
    serve,
    settings_file,
    webhooks,
)
from tracker.cli.app import app
from tracker.config import schema
from tracker.config.keys import Keys
from tracker.config.models import Channel, Digest, Settings, Source, Summarizer, ViewerAccess
from tracker.config.source_kinds import source_kinds
from tracker.i18n import t
from tracker.model import TOPIC_IDS, Change, Classification, Direction, DocumentKind, Level, Op, SnapshotRef
from tracker.serialization import change_to_json

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def section(page: str, heading: str) -> str:
    """Return the text under a heading, down to the next heading."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no heading {heading!r}"
    return found[1]


def rows(part: str) -> dict[str, list[str]]:
    """The first table of a section, by the words in back quotes of its first column."""
    table: dict[str, list[str]] = {}
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| `"):
            for name in re.findall(r"`([^`]+)`", cells[0]):
                table[name] = cells[1:]
        elif table and not line.startswith("|"):
            break
    return table


# --- settings -----------------------------------------------------------------------------------

SETTINGS = text("docs/settings.md")
COMMON = schema.keys_for_kind("feed").keys() - {"url"}

TABLES: list[tuple[str, set[str], Keys]] = [
    ("`[tracker]`", set(schema.TRACKER), schema.TRACKER),
    ("`[viewer]`", set(schema.VIEWER), schema.VIEWER),
    ("`[slack]`", set(schema.SLACK), schema.SLACK),
    ("`[teams]`", set(schema.TEAMS), schema.TEAMS),
    ("`[mail]`", set(schema.MAIL), schema.MAIL),
    ("`[viewer.oidc]`", set(schema.OIDC), schema.OIDC),
    ("`[[source]]`", set(COMMON), schema.keys_for_kind("feed")),
    ("`[[host]]`", set(schema.HOST), schema.HOST),
    ("`[[channel]]`", set(schema.CHANNEL), schema.CHANNEL),
    ("`[[profile]]`", set(schema.PROFILE), schema.PROFILE),
    ("`[[instrument]]`", set(schema.INSTRUMENT), schema.INSTRUMENT),
    ("`[[route]]`", set(schema.ROUTE), schema.ROUTE),
    ("`when = { ... }`", set(schema.WHEN), schema.WHEN),
    ("`[digest]`", set(schema.DIGEST), schema.DIGEST),
    ("`[summarizer]`", set(schema.SUMMARIZER), schema.SUMMARIZER),
    *(
        (
            f'`kind = "{kind}"`',
            set(schema.keys_for_kind(kind)) - set(COMMON),
            schema.keys_for_kind(kind),
        )
        for kind in source_kinds()
    ),
]


@pytest.mark.parametrize(("heading", "names", "keys"), TABLES, ids=[heading for heading, _, _ in TABLES])
def test_every_key_is_in_its_table_and_nothing_else_is(heading: str, names: set[str], keys: Keys) -> None:
    documented = rows(section(SETTINGS, heading))
    assert set(documented) == names
    for name, cells in documented.items():
        assert (cells[0] == "needed") == keys[name].required, name
        assert cells[1], name


def literal(value: object) -> str:
    """A setting's default as it would be written in TOML."""
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
            if seconds % size == 0:
                return f'"{seconds // size}{unit}"'
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value)


@pytest.mark.parametrize(
    ("heading", "shape"),
    [
        ("`[tracker]`", Settings),
        ("`[[source]]`", Source),
        *((f'`kind = "{kind}"`', Source) for kind in source_kinds()),
        ("`[[channel]]`", Channel),
        ("`[digest]`", Digest),
        ("`[viewer]`", ViewerAccess),
        ("`[summarizer]`", Summarizer),
    ],
)
def test_the_default_of_an_omitted_key_is_the_documented_one(heading: str, shape: Any) -> None:
    defaults = {item.name: item.default for item in fields(shape) if item.default is not MISSING}
    for name, cells in rows(section(SETTINGS, heading)).items():
        if cells[0].startswith("`"):
            assert cells[0].strip("`") == literal(defaults[name]), name


def test_examples_of_settings_are_right() -> None:
    """Every TOML block of the docs uses tables and keys that there are."""
    tables = {
        "source": schema.keys_for_unknown_kind(),
        "host": schema.HOST,
        "channel": schema.CHANNEL,
        "profile": schema.PROFILE,
        "instrument": schema.INSTRUMENT,
        "route": schema.ROUTE,
    }
    blocks = [
        block
        for page in PAGES
        for block in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]
    assert blocks
    for block in blocks:
        parsed = tomli.loads(block)
        assert set(parsed.pop("tracker", {})) <= set(schema.TRACKER)
        assert set(parsed.pop("digest", {})) <= set(schema.DIGEST)
        assert set(parsed.pop("summarizer", {})) <= set(schema.SUMMARIZER)
        assert set(parsed.pop("slack", {})) <= set(schema.SLACK)
        assert set(parsed.pop("teams", {})) <= set(schema.TEAMS)
        assert set(parsed.pop("mail", {})) <= set(schema.MAIL)
        viewer = parsed.pop("viewer", {})
        assert set(viewer.pop("oidc", {})) <= set(schema.OIDC)
        assert set(viewer) <= set(schema.VIEWER)
        for name, entries in parsed.items():
            for entry in entries:
                assert set(entry) <= set(tables[name]), block
                assert set(entry.get("when", {})) <= set(schema.WHEN), block


def test_the_readme_counts_the_sources_that_are_shipped() -> None:
    number = len(tomli.loads(text("sources.toml"))["source"])
    assert f"names {number} sources" in text("README.md")
    assert f"{number}の情報源" in text("README.ja.md")


# --- commands -----------------------------------------------------------------------------------

COMMANDS = text("docs/commands.md")


def commands() -> dict[str, Any]:
    """The commands by name, as click describes them."""
    modules = {
        module.__name__
        for module in (
            accounts,
            alerts,
            amendments,
            archive,
            checking,
            corrections,
            digest,
            duty,
            effects,
            evaluation,
            mcp,
            noise,
            queries,
            screening,
            search,
            serve,
            settings_file,
            running,
            webhooks,
        )
    }
    assert len(modules) == 19  # importing them is what registers their commands
    group: Any = app
    return {name: command for name, command in group.commands.items() if not command.hidden}


def options(command: Any) -> set[str]:
    """Return the long options without --help."""
    names = [name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)]
    return {name for name in names if name.startswith("--") and name != "--help"}


def test_every_command_has_its_section_and_every_section_a_command() -> None:
    described = set(re.findall(r"^## `tracker ([a-z]+)", COMMANDS, re.MULTILINE))
    assert described == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_described_and_none_that_there_is_not(name: str) -> None:
    found = re.search(rf"^## `tracker {name}.*?(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL)
    assert found is not None
    common = {"--config", "--state"}  # described once, at the head of the page
    described = set(re.findall(r"--[a-z][a-z-]*", found[0]))
    there = options(commands()[name])
    assert there - common <= described
    assert described <= there | common


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_examples_exist(page: Path) -> None:
    known = commands()
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            command = line.split(" # ")[0].split("#")[0].split()
            if not command:
                continue
            if command[0] == "make":
                assert command[1] in targets, line
            elif command[0].rpartition("/")[2] == "tracker":
                assert command[1] in known, line
                used = {word.split("=")[0] for word in command[2:] if word.startswith("--")}
                assert used <= options(known[command[1]]), line


# --- records and words --------------------------------------------------------------------------


def sample() -> Change:
    moment = datetime(2025, 9, 29, 12, 45, 7, tzinfo=UTC)
    snapshot = SnapshotRef("0" * 64, moment)
    return Change(
        id="chg_0000000000000000",
        source="fr-bis",
        kind=DocumentKind.RULE,
        title="A rule",
        url="https://www.example.gov/",
        detected_at=moment,
        tagging=Classification(Level.LOW),
        before=snapshot,
        after=snapshot,
    )


def test_the_page_on_records_has_every_key() -> None:
    page = text("docs/records.md")
    keys = {*change_to_json(sample()), "story"}  # which is added where a record is read from the store
    shown = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    assert set(shown) == keys
    assert set(rows(section(page, "Records"))) == keys
    operations = section(page, "Differences")
    assert set(rows(operations)["op"][0].replace("`", "").split(", ")) == {str(op) for op in Op}


@pytest.mark.parametrize(
    ("heading", "prefix", "ids"),
    [
        ("Levels · 影響度", "level", [str(level) for level in Level]),
        ("Directions · 方向", "direction", [str(direction) for direction in Direction]),
        ("Topics · トピック", "topic", list(TOPIC_IDS)),
    ],
)
def test_the_glossary_uses_the_words_of_the_alerts(heading: str, prefix: str, ids: list[str]) -> None:
    glossary = rows(section(text("docs/glossary.md"), heading))
    assert set(glossary) == set(ids)
    for name, cells in glossary.items():
        assert cells[1] == t(f"{prefix}.{name}", "ja")


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" not in target and not target.startswith("#"):
            assert (page.parent / target.split("#")[0]).exists(), target


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", text("docs/decisions/README.md")))
    assert {path.name for path in (DOCS / "decisions").glob("[0-9]*.md")} <= listed


def test_every_dependency_has_its_reason() -> None:
    project = tomli.loads(text("pyproject.toml"))["project"]
    page = text("docs/decisions/README.md").lower()
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    missing = [
        name for name in (re.split(r"[<>=\[ ;]", item)[0] for item in wanted) if name.lower() not in page
    ]
    assert missing == []


def test_the_page_on_architecture_names_the_packages_and_modules_that_there_are() -> None:
    page = text("docs/architecture.md")
    tree = ROOT / "tracker"
    packages = {path.parent.name for path in tree.glob("*/__init__.py")}
    table = re.findall(r"^\| `(\w+)` \|", section(page, "Packages"), re.MULTILINE)
    assert set(table) == packages
    assert len(table) == len(packages), "each package once"
    modules = {path.stem for path in tree.glob("*.py")} - {"__init__", "__main__"}
    floor = page[page.index("The ground floor") : page.index("## One answer")]
    assert set(re.findall(r"`(\w+)`", floor)) == modules | {"model"}
    walk = section(page, "One answer, from a source to a Slack message")
    for name in re.findall(r"`(\w+(?:\.\w+)+)`", walk):
        assert (tree / name.replace(".", "/")).with_suffix(".py").exists(), name


def test_the_table_of_packages_is_in_the_order_of_the_layers() -> None:
    table = re.findall(r"^\| `(\w+)` \|", section(text("docs/architecture.md"), "Packages"), re.MULTILINE)
    contract = next(
        one
        for one in tomli.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers"
    )
    layer = {
        name.strip().removeprefix("tracker."): number
        for number, line in enumerate(contract["layers"])
        for name in line.split("|")
    }
    assert [layer[name] for name in table] == sorted(layer[name] for name in table)


JAPANESE = sorted((ROOT / "docs").glob("*.ja.md"))


@pytest.mark.parametrize("page", JAPANESE, ids=[page.name for page in JAPANESE])
def test_a_page_in_japanese_and_its_english_page_lead_to_each_other(page: Path) -> None:
    english = page.with_name(page.name.replace(".ja.md", ".md"))
    assert f"({english.name})" in page.read_text("utf-8")
    assert f"({page.name})" in english.read_text("utf-8")


def test_the_japanese_page_of_sources_names_every_kind() -> None:
    named = rows(section(text("docs/sources.ja.md"), "種類"))
    assert set(source_kinds()) <= set(named)


@pytest.mark.parametrize(("heading", "names", "keys"), TABLES, ids=[heading for heading, _, _ in TABLES])
def test_the_japanese_settings_have_every_key(heading: str, names: set[str], keys: Keys) -> None:
    page = text("docs/settings.ja.md")
    if not heading.startswith("`kind = "):
        documented = rows(section(page, heading))
        assert set(documented) == names
        assert {name for name, cells in documented.items() if cells[0] == "必須"} == {
            name for name in names if keys[name].required
        }
        return
    kind = heading.removeprefix('`kind = "').removesuffix('"`')
    (line,) = (one for one in section(page, "`[[source]]`").splitlines() if one.startswith(f"| `{kind}` |"))
    for name in names:
        assert f"`{name}`(必須" in line if keys[name].required else f"`{name}`" in line, name


@pytest.mark.parametrize("name", ["alerts", "integrations", "mcp", "plugins"])
def test_both_languages_have_the_same_examples_and_rows(name: str) -> None:
    def shape(page: str) -> tuple[int, int]:
        words = text(f"docs/{page}")
        return words.count("```"), len(re.findall(r"^\| `", words, re.MULTILINE))

    assert shape(f"{name}.ja.md") == shape(f"{name}.md")
