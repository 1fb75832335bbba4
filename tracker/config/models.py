"""The typed settings of `sources.toml`.

`loader.py` fills these dataclasses from the file; `schema.py` defines the keys and the JSON Schema for editors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from tracker.model import Language, Level, Profile

GOVINFO = "https://www.govinfo.gov"
# Key in the cursor of a page source: what the last poll did not watch, as JSON. `left_out` counts links beyond
# `max_pages`, `left_out_links` are the first of them; `passed_over` are dead and forbidden links, each with its
# reason.
NOT_WATCHED = "not_watched"


@dataclass(frozen=True, slots=True)
class Source:
    """One source to poll. Fields that its kind does not use are empty.

    `parts` are CFR parts as numbers, ranges resolved to (first, last) pairs. `follow` is `none`,
    `same-site`, or a regular expression that a link's address must match; `depth` and `max_pages`
    bound it. `content` is a CSS selector; empty means that the main text is found. `full_fetch_every`:
    how often a source is requested without validators, although the server would answer 304.
    """

    id: str
    kind: str  # the name of a kind in `tracker.config.source_kinds`
    line: int = 0
    every: timedelta | None = timedelta(minutes=30)
    cron: str | None = None
    timezone: str = "America/New_York"
    base_url: str = ""
    url: str = ""
    agencies: tuple[str, ...] = ()
    types: tuple[str, ...] = ()  # RULE, PRORULE, NOTICE, PRESDOCU; none means all
    title: int = 0
    parts: tuple[tuple[int, int], ...] = ()
    follow: str = "none"
    depth: int = 1
    max_pages: int = 200
    annexes: int = 10
    content: str = ""
    full_fetch_every: timedelta = timedelta(days=1)
    time_limit: timedelta = timedelta(minutes=5)
    recheck: timedelta = timedelta(days=45)  # how long published documents are checked again
    issues_url: str = GOVINFO  # federal-register: the second source of the inventory, for `tracker audit`
    full_text: bool = True  # federal-register: fetch the XML or raw text of documents in the field
    enabled: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)  # keys of its kind without a field here

    def extraction_config(self) -> str:
        """Return the settings that determine how the bytes of this source are parsed: when they change, stored
        validators are ignored.
        """
        return f"{self.kind}|{self.content}"


@dataclass(frozen=True, slots=True)
class HostLimit:
    """The request limit for one host, by `host` or `host:port`; `rate` in requests per second."""

    name: str
    rate: float


@dataclass(frozen=True, slots=True)
class Channel:
    """A recipient of alerts. `url` is the resolved Apprise URL: a secret, never logged.

    Alerts below `critical` wait, in the settings' time zone, for the end of `quiet_hours` (first, last) and for
    the next `batch_at`, a time of day. `url_file` and `secret_file` are the files that the secrets were read
    from, if any: a rotated secret is read there again.
    """

    id: str
    url: str = field(repr=False)
    language: Language | None = None  # none: the settings' first language
    quiet_hours: tuple[time, time] | None = None
    batch_at: time | None = None
    redline: bool = False  # mails carry the redline as a Word file
    secret: str = field(default="", repr=False)  # signs a webhook's messages
    payload: str = "record"  # of a webhook: the record, or the record in an envelope
    template: Path | None = None  # a Jinja template that makes the body of a webhook
    reviews: bool = False  # a webhook also gets each entry of the review log
    url_file: Path | None = field(default=None, repr=False)
    secret_file: Path | None = field(default=None, repr=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """Selects which changes go to which channels. Every condition that is set must match; `level` means this
    level or above; of the lists, one member must match. A change of level `high` or above that is not
    acknowledged within `acknowledge_within` also goes to `escalate_to`.
    """

    to: tuple[str, ...]
    level: Level = Level.LOW
    topics: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    profile: str | None = None
    kinds: tuple[str, ...] = ()
    acknowledge_within: timedelta | None = None
    escalate_to: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """The weekly digest. `to` are channels; each gets it in every language and for every profile named; a
    channel with a language of its own gets that one only. No languages: each channel's; no profiles: one for
    all. `at` is a week day and a time in the settings' time zone; the digest covers the last week that ended
    before it. `format` is the content of a mail: html, md (text alone), pdf (HTML with the PDF attached).
    """

    to: tuple[str, ...]
    languages: tuple[Language, ...] = ()
    profiles: tuple[str, ...] = ()
    at: str = "mon 08:00"
    format: str = "html"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Summarizer:
    """An OpenAI-compatible language model. `key` is a secret, never logged. `automatic`: the daemon requests
    summaries of changes of this level or above; None: only the command does. `max_text` is in characters of
    official text that are sent, `max_answer` in bytes of an answer that are read.
    """

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    automatic: Level | None = None
    timeout: timedelta = timedelta(minutes=1)
    max_text: int = 24_000
    max_answer: int = 64_000

    def literal_hosts(self) -> frozenset[str]:
        """Return the model's own `host:port`, which may be private for its requests only."""
        return frozenset({_host_port(self.base_url)})


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The sign-in service. `role_claim` holds names of groups or roles; a member of `readers`, `reviewers`,
    `operators` or `admins` gets that role, the highest one counts, and where any are named nobody else is
    admitted.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = "name"
    role_claim: str = "groups"
    readers: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    allowed_domains: tuple[str, ...] = ()

    def roles(self) -> dict[str, tuple[str, ...]]:
        return {
            "reader": self.readers,
            "reviewer": self.reviewers,
            "operator": self.operators,
            "admin": self.admins,
        }


@dataclass(frozen=True, slots=True)
class ViewerAccess:
    """Who may use the viewer. `sign_in`: `accounts` (names and passwords of its own), `oidc` (a sign-in
    service), `proxy` (a proxy authenticates users and names them in `proxy_header`), or empty: no sign-in,
    and the viewer listens on loopback only. `anonymous`: the settings chose that on purpose (`sign_in =
    "none"`), also for requests through a proxy. `trusted_proxies` are addresses or networks; such headers
    from other addresses are ignored.
    """

    sign_in: str = ""
    proxy_header: str = "X-Forwarded-User"
    trusted_proxies: tuple[str, ...] = ()
    oidc: OidcSettings | None = None
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class SlackApp:
    """The firm's own Slack app, whose buttons write reviews. `users` are reviewers by Slack user id. Secrets are never logged.
    `signing_secret` is needed for requests to the viewer, `app_token` for Socket Mode, which needs no open port, `bot_token` for
    previews of links. `workspaces` are the ids of the teams whose channels get previews."""

    users: Mapping[str, str] = field(default_factory=dict)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    workspaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamsCards:
    """Buttons in Teams, whose presses a workflow of the firm sends to the viewer. `users` are reviewers by user principal name.
    `secret`, never logged, is sent by that workflow and signs the buttons; without it there are none. A button works for `valid_for`."""

    users: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)
    valid_for: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class MailLinks:
    """Links in alert mails that acknowledge a change or decide that it is not relevant. `users` are reviewers by mail address, in
    small letters. `secret`, never logged, signs the links; without it there are none. A link works for `valid_for`."""

    users: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)
    valid_for: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A watched instrument: an order, proclamation, rule, section or plan by its name, with its title."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class WatchList:
    """What operators may edit in the viewer besides the file."""

    profiles: tuple[Profile, ...] = ()
    routes: tuple[Route, ...] = ()
    instruments: tuple[Instrument, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    path: Path
    sources: tuple[Source, ...] = ()
    channels: tuple[Channel, ...] = ()
    profiles: tuple[Profile, ...] = ()
    instruments: tuple[Instrument, ...] = ()  # watched beside the shipped ones
    routes: tuple[Route, ...] = ()
    hosts: tuple[HostLimit, ...] = ()
    timezone: str = "Asia/Tokyo"
    languages: tuple[Language, ...] = ("ja", "en")
    contact: str = ""
    viewer_url: str = "http://127.0.0.1:8000"
    similarity: bool = False  # needs the extra meaning
    log_format: str = "lines"  # or json
    digest: Digest | None = None
    summarizer: Summarizer | None = None
    store_url: str = field(default="", repr=False)  # of PostgreSQL; empty: SQLite in the state folder
    access: ViewerAccess = ViewerAccess()
    slack: SlackApp | None = None
    teams: TeamsCards | None = None
    mail_links: MailLinks | None = None
    templates: Path | None = None  # folder of the firm's own alert templates
    prune_unreferenced_after: timedelta | None = (
        None  # age from which unreferenced bytes are removed; none: never
    )
    outage_channels: tuple[str, ...] | None = None  # channels that get notices of outages; None: all
    warnings: tuple[str, ...] = ()  # one line for each renamed key: `sources.toml:12: ...`
    in_file: WatchList | None = None  # the part from the file, where entries of the viewer were added

    def source(self, source_id: str) -> Source | None:
        return next((source for source in self.sources if source.id == source_id), None)

    def channel(self, channel_id: str) -> Channel | None:
        return next((channel for channel in self.channels if channel.id == channel_id), None)

    def channels_for_outages(self) -> tuple[str, ...]:
        """Return the channels that get notices of outages of sources and of other channels."""
        if self.outage_channels is None:
            return tuple(channel.id for channel in self.channels)
        return self.outage_channels

    def literal_hosts(self) -> Mapping[str, None]:
        """Return `host:port` of every address in the file: these may be private."""
        found = (
            _host_port(address)
            for source in self.sources
            for address in (source.base_url, source.url, source.issues_url)
            if address and address != GOVINFO  # the default, which the file does not name
        )
        return dict.fromkeys(found)


def _host_port(address: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
