"""The first settings: what `tracker init` writes can be read, holds no secret, and replaces nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import tomli
from click.testing import CliRunner

from tracker.cli import settings_file
from tracker.cli.app import app
from tracker.config.first_settings import FirstAnswers, industries, mistakes, settings_text, write
from tracker.config.loader import load
from tracker.errors import SettingsError, UsageError
from tracker.model import TOPIC_IDS, Level

ROOT = Path(__file__).parents[2]
TOKEN = "TokenA"
URL = f"slack://{TOKEN}/TokenB/TokenC"
assert settings_file  # importing it registers the commands


def ran(path: Path, *words: str, answers: str = "") -> str:
    outcome = CliRunner().invoke(
        app, ["init", *words, "--config", str(path)], input=answers, catch_exceptions=False
    )
    assert outcome.exit_code == 0
    return outcome.stdout


def test_the_recommended_sources_are_those_of_the_project() -> None:
    ours = tomli.loads(settings_text(FirstAnswers()))["source"]
    theirs = tomli.loads((ROOT / "sources.toml").read_text("utf-8"))["source"]
    assert ours == theirs, "copy the sources of sources.toml to tracker/config/first_sources.toml"


@pytest.mark.parametrize("industry", list(industries()))
def test_each_industry_makes_a_profile_that_can_be_read(tmp_path: Path, industry: str) -> None:
    settings = write(FirstAnswers(industries=(industry,)), tmp_path / "sources.toml")
    (profile,) = settings.profiles
    assert profile.topics
    assert set(profile.topics) <= set(TOPIC_IDS)


def test_the_questions_of_the_terminal_become_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    output = ran(path, answers=f"en\nAmerica/New_York\ntrade@example.co.jp\n{URL}\n1, 7\n3B001 2B230\nn\n")
    assert "sources.toml was written." in output
    settings = load(path)
    assert (settings.timezone, settings.languages, settings.contact) == (
        "America/New_York", ("en", "ja"), "trade@example.co.jp",
    )  # fmt: skip
    (channel,) = settings.channels
    assert channel.url == URL
    assert TOKEN not in path.read_text("utf-8")
    kept = tmp_path / "secrets" / "alerts.url"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    (profile,) = settings.profiles
    assert profile.eccns == ("3B001", "2B230")
    assert "fdpr" in profile.topics
    assert [(route.level, route.profile) for route in settings.routes] == [
        (Level.MEDIUM, None), (Level.LOW, profile.id),
    ]  # fmt: skip


def test_without_answers_the_defaults_are_written(tmp_path: Path) -> None:
    ran(tmp_path / "a.toml")
    ran(tmp_path / "b.toml", "--yes")
    assert (tmp_path / "a.toml").read_text("utf-8") == (tmp_path / "b.toml").read_text("utf-8")
    settings = load(tmp_path / "a.toml")
    assert (settings.timezone, settings.languages) == ("Asia/Tokyo", ("ja", "en"))
    assert (settings.channels, settings.profiles, settings.routes) == ((), (), ())
    assert len(settings.sources) > 10


def test_options_are_answers_and_a_reference_to_a_secret_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADE_URL", URL)
    path = tmp_path / "sources.toml"
    words = [
        "--channel-url",
        "env:TRADE_URL",
        "--channel",
        "slack-trade",
        "--industry",
        "trading",
        "--eccn",
        "3B001",
    ]
    ran(path, "--yes", "--lang", "ja", *words)
    assert 'url = "env:TRADE_URL"' in path.read_text("utf-8")
    assert load(path).channels[0].url == URL
    assert not (tmp_path / "secrets").exists()


def test_settings_that_are_there_are_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text("[tracker]\n", "utf-8")
    with pytest.raises(UsageError, match="there are settings already"):
        ran(path, "--yes")
    assert path.read_text("utf-8") == "[tracker]\n"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (FirstAnswers(timezone="Asia/Nowhere"), "timezone: "),
        (FirstAnswers(channel_url="hooks.slack.com"), "url: not an Apprise URL, env:NAME or file:PATH"),
        (FirstAnswers(channel_url="env:TRACKER_NO_SUCH_NAME"), "secret env:TRACKER_NO_SUCH_NAME is missing"),
        (FirstAnswers(channel_url=URL, channel_id="../../etc/x"), "id: must be letters"),
        (FirstAnswers(industries=("mining",)), 'industry: "mining" does not exist'),
    ],
)
def test_a_wrong_answer_writes_nothing(tmp_path: Path, answers: FirstAnswers, said: str) -> None:
    assert any(said in line for line in mistakes(answers, tmp_path / "sources.toml"))
    with pytest.raises(SettingsError):
        write(answers, tmp_path / "sources.toml")
    assert list(tmp_path.iterdir()) == []
