"""Defines every key of `sources.toml`: its values, its meaning, and its JSON Schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tracker.config import validators as read
from tracker.config.keys import BOOLEAN, ID, INTEGER, STRING, STRINGS, TIME_SPAN, Key, Keys, choice, choices
from tracker.config.source_kinds import source_kinds
from tracker.model import TOPIC_IDS, Direction, DocumentKind, Level

_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]\s*-\s*([01][0-9]|2[0-3]):[0-5][0-9]$"
_LEVELS = tuple(str(level) for level in Level)
_DIRECTIONS = tuple(str(direction) for direction in Direction)
_DOCUMENTS = tuple(str(kind) for kind in DocumentKind)


TRACKER: Keys = {
    "timezone": Key(read.zone, STRING, "the reader's time zone; times are shown in it"),
    "languages": Key(
        read.languages,
        {"type": "array", "items": choice(("ja", "en"))},
        "languages of alerts, the main one first",
    ),
    "contact": Key(
        read.non_empty,
        STRING,
        "a contact address for the operators of sources; sent in the User-Agent",
    ),
    "viewer_url": Key(read.base, STRING, "the viewer's public address; links in alerts begin with it"),
    "templates": Key(
        read.non_empty,
        STRING,
        "a folder with templates of your own for mails and files; as seen from the settings file",
    ),
    "outage_channels": Key(
        read.string_list,
        STRINGS,
        "ids of the channels that get notices of outages; default: all; []: none",
        old_name="operators",
    ),
    "similarity": Key(
        read.similarity,
        BOOLEAN,
        "true: mark changes that no rule matched, but whose English words are similar to a topic's",
    ),
    "prune_unreferenced_after": Key(
        read.duration,
        TIME_SPAN,
        "bytes that nothing refers to are removed at this age; default: never",
        old_name="prune_after",
    ),
    "log_format": Key(
        read.one_of(("lines", "json")), choice(("lines", "json")), "the log format of the daemon"
    ),
}

SIGN_INS = ("accounts", "oidc", "proxy", "none")
VIEWER: Keys = {
    "sign_in": Key(
        read.one_of(SIGN_INS),
        choice(SIGN_INS),
        "accounts: names and passwords made with `tracker users`; oidc: a sign-in service; proxy: a proxy names the user; none: no sign-in, on purpose",
    ),
    "proxy_header": Key(read.header, STRING, "the header in which the proxy names the user"),
    "trusted_proxies": Key(
        read.networks, STRINGS, "addresses or networks whose headers about the user are trusted"
    ),
}

SLACK: Keys = {
    "signing_secret": Key(
        read.secret, STRING, "env:NAME or file:PATH: checks the requests that Slack sends to the viewer"
    ),
    "app_token": Key(
        read.secret, STRING, "env:NAME or file:PATH: for Socket Mode, in which no request comes in"
    ),
    "bot_token": Key(
        read.secret,
        STRING,
        "env:NAME or file:PATH: the app's token xoxb-..., for previews of links to the viewer",
    ),
    "workspaces": Key(
        read.string_list, STRINGS, "ids of the workspaces (T...) in which a link to the viewer gets a preview"
    ),
    "users": Key(
        read.names,
        {"type": "object", "additionalProperties": STRING},
        "reviewers by Slack user id",
        required=True,
    ),
}
TEAMS: Keys = {
    "secret": Key(
        read.secret,
        STRING,
        "env:NAME or file:PATH: the workflow sends it, and it signs the buttons; none: no buttons",
    ),
    "users": Key(
        read.names,
        {"type": "object", "additionalProperties": STRING},
        "reviewers by user principal name",
        required=True,
    ),
    "valid_for": Key(read.duration, TIME_SPAN, "how long a button works"),
}
MAIL: Keys = {
    "secret": Key(read.secret, STRING, "env:NAME or file:PATH: signs the links; none: no links"),
    "users": Key(
        read.names,
        {"type": "object", "additionalProperties": STRING},
        "reviewers by mail address",
        required=True,
    ),
    "valid_for": Key(read.duration, TIME_SPAN, "how long a link works"),
}

OIDC: Keys = {
    "issuer": Key(read.issuer, STRING, "the issuer of the sign-in service, as in its tokens", required=True),
    "client_id": Key(read.non_empty, STRING, "the client id of the viewer there", required=True),
    "client_secret": Key(read.secret, STRING, "env:NAME or file:PATH; not set for a public client"),
    "scopes": Key(read.scopes, STRINGS, "the requested scopes; openid is required"),
    "name_claim": Key(read.non_empty, STRING, "the claim with the name that reviews are written under"),
    "role_claim": Key(
        read.non_empty, STRING, "the claim with groups or roles; dots separate levels (realm_access.roles)"
    ),
    "readers": Key(read.string_list, STRINGS, "values of role_claim that give the role reader"),
    "reviewers": Key(read.string_list, STRINGS, "values of role_claim that give the role reviewer"),
    "operators": Key(read.string_list, STRINGS, "values of role_claim that give the role operator"),
    "admins": Key(read.string_list, STRINGS, "values of role_claim that give the role admin"),
    "allowed_domains": Key(read.domains, STRINGS, "mail domains that are admitted; none: all"),
}

_SOURCE_COMMON: Keys = {
    "every": Key(read.duration, TIME_SPAN, "how often it is polled: 5s, 30m, 6h, 1d"),
    "cron": Key(
        read.cron, STRING, 'instead of every: "minute hour day month weekday", days of the week as names'
    ),
    "timezone": Key(read.zone, STRING, "the time zone of cron"),
    "time_limit": Key(read.duration, TIME_SPAN, "the time limit of one poll"),
    "full_fetch_every": Key(
        read.duration,
        TIME_SPAN,
        "how often the whole content is requested without validators, even if the server reports no change",
        old_name="full_every",
    ),
    "enabled": Key(read.boolean, BOOLEAN, "false: not polled"),
}


def keys_for_kind(name: str) -> Keys:
    """Return the keys that a source of this kind takes."""
    return {**_common_source_keys(), **source_kinds()[name].keys}


def keys_for_unknown_kind() -> Keys:
    """Return the keys of all kinds, none of them required."""
    own = {
        name: replace(key, required=False)
        for kind in source_kinds().values()
        for name, key in kind.keys.items()
    }
    return {**own, **_common_source_keys()}


def _common_source_keys() -> Keys:
    kinds = tuple(source_kinds())
    kind = Key(read.one_of(kinds), choice(kinds), "the kind of source", required=True)
    return {"id": ID, "kind": kind, **_SOURCE_COMMON}


HOST: Keys = {
    "name": Key(read.non_empty, STRING, "host or host:port", required=True),
    "rate": Key(read.rate, {"type": "number"}, "the most requests per second", required=True),
}
PAYLOADS = ("record", "event", "cloudevent")
CHANNEL: Keys = {
    "id": ID,
    "url": Key(
        read.non_empty, STRING, "an Apprise URL, or env:NAME or file:PATH that holds it", required=True
    ),
    "language": Key(
        read.one_of(("ja", "en")), choice(("ja", "en")), "language of its messages; default: the main one"
    ),
    "secret": Key(
        read.secret,
        {"type": "string", "pattern": "^(env|file):."},
        "env:NAME or file:PATH: the secret that signs messages to json:// and jsons://",
    ),
    "payload": Key(
        read.one_of(PAYLOADS),
        choice(PAYLOADS),
        "of json:// and jsons://: the record itself, or in an envelope of Standard Webhooks or CloudEvents",
    ),
    "template": Key(
        read.non_empty,
        STRING,
        "of json:// and jsons://: a template of yours that makes the body; as seen from the settings file",
    ),
    "reviews": Key(read.boolean, BOOLEAN, "of json:// and jsons://: also each entry of the review log"),
    "quiet_hours": Key(
        read.hours,
        {"type": "string", "pattern": _HOURS},
        'hours in which only critical alerts are sent: "20:00-08:00"',
        old_name="quiet",
    ),
    "batch_at": Key(
        read.clock,
        {"type": "string", "pattern": _TIME},
        "alerts below critical wait for this time of day and are sent as one message",
        old_name="batch",
    ),
    "redline": Key(read.boolean, BOOLEAN, "attach the redline as a Word file to mails about a changed text"),
}
PROFILE: Keys = {
    "id": ID,
    "eccns": Key(read.string_list, STRINGS, "ECCNs, prefixes such as 3B, ranges such as 3B001-3B993"),
    "hts": Key(read.string_list, STRINGS, "customs codes, or prefixes of them"),
    "products": Key(
        read.string_list, STRINGS, "product words, Japanese or English; known synonyms are included"
    ),
    "parties": Key(read.string_list, STRINGS, "names of customers, suppliers, affiliates"),
    "countries": Key(read.string_list, STRINGS, "countries"),
    "topics": Key(read.subset_of(TOPIC_IDS), choices(TOPIC_IDS), "topics"),
    "units": Key(
        read.string_list,
        STRINGS,
        "watched units and instruments: 15 CFR 744.21(b), 3B001.c.1, E.O. 14257, 2025-19001",
    ),
}
INSTRUMENT: Keys = {
    "name": Key(
        read.non_empty,
        STRING,
        "an order, proclamation, document number, section or plan: E.O. 14257, 15 CFR 744.11",
        required=True,
    ),
    "title": Key(read.non_empty, STRING, "its title, shown beside the name"),
}
ROUTE: Keys = {
    "when": Key(lambda value: value, {"type": "object"}, "conditions; all of them must match"),
    "to": Key(read.string_list, STRINGS, "ids of channels", required=True),
    "acknowledge_within": Key(
        read.duration,
        TIME_SPAN,
        "a change of level high or above that is not acknowledged in this time is sent to escalate_to",
    ),
    "escalate_to": Key(read.string_list, STRINGS, "ids of channels"),
}
WHEN: Keys = {
    "level": Key(read.one_of(_LEVELS, Level), choice(_LEVELS), "this level or above"),
    "topic": Key(read.subset_of(TOPIC_IDS), choices(TOPIC_IDS), "one of these topics", field="topics"),
    "direction": Key(
        read.subset_of(_DIRECTIONS), choices(_DIRECTIONS), "one of these directions", field="directions"
    ),
    "source": Key(read.subset_of(()), STRINGS, "one of these sources", field="sources"),
    "kind": Key(
        read.subset_of(_DOCUMENTS), choices(_DOCUMENTS), "one of these document kinds", field="kinds"
    ),
    "profile": Key(read.non_empty, STRING, "it matches this profile; level is then the profile's level"),
}


DIGEST: Keys = {
    "to": Key(read.string_list, STRINGS, "ids of channels", required=True),
    "languages": Key(
        read.languages,
        {"type": "array", "items": choice(("ja", "en"))},
        "a digest in each of these; default: in each channel's language",
    ),
    "profiles": Key(
        read.string_list,
        STRINGS,
        "a digest for each of these, with its changes first; default: one for all",
    ),
    "at": Key(
        read.weekly,
        {"type": "string", "pattern": "^(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]$"},
        'day of the week and time in the settings\' time zone, such as "mon 08:00"',
    ),
    "format": Key(
        read.digest_form,
        choice(read.DIGEST_FORMS),
        "the content of a mail: html, md (text alone), pdf (attached)",
    ),
}


STORE: Keys = {
    "url": Key(
        read.secret,
        {"type": "string", "pattern": "^(env|file):."},
        "env:NAME or file:PATH: the PostgreSQL database that holds the state, postgresql://USER:PASSWORD@HOST/DATABASE",
        required=True,
    ),
}
OLD_TABLES = {"summariser": "summarizer"}  # earlier name of a table, read with a warning: current name
SUMMARIZER: Keys = {
    "base_url": Key(
        read.base,
        STRING,
        "the base address of the API: /chat/completions is appended",
        required=True,
    ),
    "model": Key(read.non_empty, STRING, "the model's name at the endpoint", required=True),
    "key": Key(
        read.secret,
        {"type": "string", "pattern": "^(env|file):."},
        "env:NAME or file:PATH: sent as a bearer token",
    ),
    "automatic": Key(
        read.one_of(_LEVELS, Level),
        choice(_LEVELS),
        "the daemon requests summaries of new changes of this level or above; default: only `tracker summarize` does",
    ),
    "timeout": Key(read.duration, TIME_SPAN, "the time limit of one answer"),
    "max_text": Key(read.integer(1_000, 1_000_000), INTEGER, "characters of official text that are sent"),
    "max_answer": Key(read.integer(1_000, 1_000_000), INTEGER, "bytes of an answer that are read"),
}

TABLES = frozenset(
    [
        "tracker",
        "source",
        "channel",
        "profile",
        "instrument",
        "route",
        "host",
        "digest",
        "viewer",
        "store",
        "summarizer",
        "slack",
        "teams",
        "mail",
    ]
)


def json_schema() -> str:
    """Return the JSON Schema of `sources.toml`, shipped as `tracker/sources.schema.json`."""

    def table(keys: Keys) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                **{name: {**key.schema, "description": key.description} for name, key in keys.items()},
                **{
                    key.old_name: {**key.schema, "description": f"now called {name}", "deprecated": True}
                    for name, key in keys.items()
                    if key.old_name
                },
            },
            "required": [name for name, key in keys.items() if key.required],
        }

    by_kind = [
        {**table(keys_for_kind(kind)), "title": str(kind)}
        | {"properties": {**table(keys_for_kind(kind))["properties"], "kind": {"const": str(kind)}}}
        for kind in source_kinds()
    ]
    route = table(ROUTE)
    route["properties"]["when"] = table(WHEN)
    viewer = table(VIEWER)
    viewer["properties"]["oidc"] = table(OIDC)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tracker: sources.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "tracker": table(TRACKER),
            "store": table(STORE),
            "viewer": viewer,
            "slack": table(SLACK),
            "teams": table(TEAMS),
            "mail": table(MAIL),
            "source": {"type": "array", "items": {"oneOf": by_kind}},
            "host": {"type": "array", "items": table(HOST)},
            "channel": {"type": "array", "items": table(CHANNEL)},
            "profile": {"type": "array", "items": table(PROFILE)},
            "instrument": {"type": "array", "items": table(INSTRUMENT)},
            "route": {"type": "array", "items": route},
            "digest": table(DIGEST),
            "summarizer": table(SUMMARIZER),
            "summariser": {**table(SUMMARIZER), "description": "now called summarizer", "deprecated": True},
        },
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")
