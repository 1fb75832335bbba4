"""sources.toml is judged as a whole: every mistake in one go, each with its line."""

from __future__ import annotations

import json
from datetime import time, timedelta
from pathlib import Path

import pytest

from tracker.config.loader import line_numbers, load
from tracker.config.models import Source
from tracker.config.schema import json_schema, keys_for_kind
from tracker.config.source_kinds import source_kinds
from tracker.errors import SettingsError
from tracker.model import Level

ROOT = Path(__file__).parents[2]

GOOD = """
[tracker]
timezone = "Asia/Tokyo"
languages = ["en", "ja"]
contact = "trade@example.co.jp"

[[source]]
id = "fr-bis"
kind = "federal-register"
base_url = "https://www.federalregister.gov/api/v1/"
agencies = [
  "industry-and-security-bureau",  # BIS ]
]
every = "90s"

[[source]]
id = "ear"
kind = "ecfr"
base_url = "https://www.ecfr.gov"
title = 15
parts = "730-774, 791"
cron = "*/30 8-20 * * mon-fri"

[[channel]]
id = "slack"
url = "env:SLACK"

[[channel]]
id = "mail"
url = "file:mail_url"

[[profile]]
id = "vacuum"
eccns = ["3B001"]
products = ["真空バルブ"]

[[route]]
when = { level = "high", topic = "fdpr", profile = "vacuum" }
to = ["slack", "mail"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, "utf-8")
    (folder / "mail_url").write_text("mailto://user:pw@example.co.jp\n", "utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(written(folder, text), {"SLACK": "slack://a/b/c"})
    return [line.removeprefix(f"{folder / 'sources.toml'}:") for line in caught.value.problems]


def test_a_right_file_becomes_settings(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD), {"SLACK": "slack://a/b/c"})
    bis, ear = settings.sources
    assert bis.base_url == "https://www.federalregister.gov/api/v1"
    assert bis.every == timedelta(seconds=90)
    assert ear.parts == ((730, 774), (791, 791))
    assert ear.every is None
    assert ear.cron == "*/30 8-20 * * mon-fri"
    assert settings.languages == ("en", "ja")
    assert [channel.url for channel in settings.channels] == [
        "slack://a/b/c",
        "mailto://user:pw@example.co.jp",
    ]
    assert settings.routes[0].level is Level.HIGH
    assert settings.routes[0].topics == ("fdpr",)


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD), {"SLACK": "slack://a/b/c"})
    assert "slack://" not in repr(settings)
    assert "pw@" not in repr(settings)


def test_five_mistakes_give_five_lines_with_numbers(tmp_path: Path) -> None:
    text = GOOD.replace('every = "90s"', 'evry = "90s"')
    text = text.replace('id = "ear"', 'id = "fr-bis"').replace("mon-fri", "1-5")
    text = text.replace("env:SLACK", "env:NOT_THERE").replace('"slack", "mail"', '"slack", "pager"')
    found = problems(tmp_path, text)
    assert [int(line.split(":")[0]) for line in found] == [14, 17, 22, 26, 39]
    assert 'unknown key "evry"; did you mean "every"?' in found[0]
    assert 'duplicate source id "fr-bis"' in found[1]
    assert "write days of the week as names" in found[2]
    assert "the environment has no NOT_THERE" in found[3]
    assert 'no channel has the id "pager"' in found[4]


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        ('[[source]]\nid = "x"\nkind = "telepathy"', "kind: 'telepathy' is not one of"),
        ('[[source]]\nid = "x"\nkind = "page"', '[[source]] lacks "url"'),
        ('[[source]]\nid = "x"\nkind = "page"\nurl = "ftp://x"', "is not an http or https address"),
        ('[[source]]\nid = "x"\nkind = "page"\nurl = "https://x/"\nparts = "1"', 'unknown key "parts"'),
        ('[[source]]\nid = "x"\nkind = "page"\nurl = "https://x/"\nfollow = "("', "regular expression"),
        (
            '[[source]]\nid = "x"\nkind = "page"\nurl = "https://x/"\ncontent = "div["',
            "is not a CSS selector",
        ),
        ('[[source]]\nid = "x y"\nkind = "page"\nurl = "https://x/"', "must be letters"),
        ('[[source]]\nid = "x"\nkind = "feed"\nurl = "https://x/"\nevery = "0s"', "is not a time span"),
        ('[[source]]\nid = "x"\nkind = "feed"\nurl = "https://x/"\nenabled = "yes"', "must be true or false"),
        (
            '[[source]]\nid = "x"\nkind = "ecfr"\nbase_url = "https://x/"\ntitle = 15\nparts = "9-2"',
            "runs backwards",
        ),
        ('[tracker]\ntimezone = "Asia/Tokio"', "is not a time zone"),
        ('[[host]]\nname = ""\nrate = 1', "name: must not be empty"),
        ('[[channel]]\nid = "x"\nurl = "file:nowhere"', "the file cannot be read"),
        ('[[channel]]\nid = "x"\nurl = "slack://a/b/c"\nredline = true', "only mail carries files"),
        ('[[profile]]\nid = "x"\ntopics = ["fdp"]', "'fdp' is not one of"),
        ('[viewer]\nsign_in = "magic"', "sign_in: 'magic' is not one of accounts, oidc, proxy, none"),
        ('[viewer]\nsign_in = "proxy"', '2: sign_in: "proxy" needs'),
        ('[viewer]\ntrusted_proxies = ["10.0.0.0/40"]', "is not an address or a network"),
        ('[viewer]\nproxy_header = "X User"', "is not the name of a header"),
        ('[sorce]\nid = "x"', 'unknown table "sorce"'),
        ('[source]\nid = "x"', "must be written [[source]]"),
    ],
)
def test_a_mistake_is_named_once(tmp_path: Path, mistake: str, expected: str) -> None:
    found = problems(tmp_path, mistake)
    assert len(found) == 1
    assert expected in found[0]


def test_broken_toml_and_strange_bytes_are_one_line(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, 'a = 1\nb = "open')
    assert line.startswith("2: ")
    (tmp_path / "x.toml").write_bytes(b"a = 1\nb = '\xff'")
    with pytest.raises(SettingsError, match=r"x\.toml:2: not UTF-8"):
        load(tmp_path / "x.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "nowhere.toml")


def test_lines_are_found_past_values_that_span_lines() -> None:
    text = 'a = [\n  "x",\n]\n[[t]]\nb = """\nc = 1\n"""\nd = { e = [1,\n 2] }\n[[t]]\nb = 2\n'
    found = line_numbers(text)
    assert found[("a",)] == 1
    assert found[("t", 0, "b")] == 5
    assert found[("t", 0, "d")] == 8
    assert found[("t", 1, "b")] == 11


def test_the_shipped_settings_are_right() -> None:
    settings = load(ROOT / "sources.toml", {})
    assert len(settings.sources) > 10


def test_the_shipped_schema_is_the_one_the_keys_make() -> None:
    shipped = (ROOT / "tracker" / "sources.schema.json").read_text("utf-8")
    assert shipped == json_schema(), (
        "remake it: python -m tracker.config.schema > tracker/sources.schema.json"
    )
    assert json.loads(shipped)["title"] == "tracker: sources.toml"


@pytest.mark.parametrize("kind", list(source_kinds()))
def test_every_key_of_a_source_is_a_field_of_it_or_an_option_of_its_kind(kind: str) -> None:
    assert set(keys_for_kind(kind)) - set(source_kinds()[kind].keys) <= set(Source.__dataclass_fields__)


@pytest.mark.parametrize(
    ("lines", "output"),
    [
        ('issuer = "https://login.example"\nclient_id = "x"', ""),
        ('issuer = "http://127.0.0.1:9"\nclient_id = "x"\nclient_secret = "env:OIDC"', ""),
        ('client_id = "x"', 'lacks "issuer"'),
        ('issuer = "http://login.example"\nclient_id = "x"', "must be https"),
        ('issuer = "https://login.example"\nclient_id = "x"\nclient_secret = "plain"', "must be env:NAME"),
        ('issuer = "https://login.example"\nclient_id = "x"\nclient_secret = "env:NONE"', "has no NONE"),
        ('issuer = "https://login.example"\nclient_id = "x"\nscopes = ["email"]', '"openid"'),
        ('issuer = "https://login.example"\nclient_id = "x"\nreviewrs = ["a"]', 'did you mean "reviewers"'),
    ],
)
def test_a_sign_in_service(tmp_path: Path, lines: str, output: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(f'[viewer]\nsign_in = "oidc"\n[viewer.oidc]\n{lines}\n', "utf-8")
    if not output:
        access = load(path, {"OIDC": "very-secret"}).access
        assert access.oidc is not None
        assert access.oidc.client_id == "x"
        assert "very-secret" not in repr(access)
        return
    with pytest.raises(SettingsError) as trouble:
        load(path, {})
    assert output in str(trouble.value)


OLD_NAMES = """
[tracker]
operators = ["mail"]
prune_after = "90d"

[[source]]
id = "feed"
kind = "feed"
url = "https://a.example/feed"
full_every = "2d"

[[channel]]
id = "mail"
url = "env:SLACK"
quiet = "20:00-08:00"
batch = "09:00"
"""


def test_earlier_names_of_keys_are_read_with_a_warning_each(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(OLD_NAMES, "utf-8")
    settings = load(path, {"SLACK": "slack://A/B/C"})
    assert settings.outage_channels == ("mail",)
    assert settings.prune_unreferenced_after == timedelta(days=90)
    assert settings.sources[0].full_fetch_every == timedelta(days=2)
    assert settings.channels[0].quiet_hours == (time(20), time(8))
    assert settings.channels[0].batch_at == time(9)
    assert settings.warnings == tuple(
        f'{path}:{line}: "{old}" is now called "{new}"; the old name still works'
        for line, old, new in (
            (3, "operators", "outage_channels"),
            (4, "prune_after", "prune_unreferenced_after"),
            (10, "full_every", "full_fetch_every"),
            (15, "quiet", "quiet_hours"),
            (16, "batch", "batch_at"),
        )
    )


def test_both_names_of_a_key_are_a_mistake_and_a_wrong_value_is_found_under_the_old_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(
        '[tracker]\nprune_after = "90d"\nprune_unreferenced_after = "80d"\noperators = ["none"]\n', "utf-8"
    )
    with pytest.raises(SettingsError) as caught:
        load(path, {})
    assert caught.value.problems == [
        f'{path}:2: "prune_after" is now called "prune_unreferenced_after": use one of them',
        f'{path}:4: outage_channels: no channel has the id "none"',
    ]


def test_the_earlier_names_are_in_the_schema_as_deprecated() -> None:
    channel = json.loads(json_schema())["properties"]["channel"]["items"]["properties"]
    assert channel["quiet"]["deprecated"] is True
    assert channel["quiet"]["description"] == "now called quiet_hours"
    assert "deprecated" not in channel["quiet_hours"]
