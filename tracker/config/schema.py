"""Every key of `sources.toml`: what it may hold, what it means, and its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.config import validators as read
from tracker.config.models import SourceKind
from tracker.model import TOPIC_IDS, Direction, DocumentKind, Level


@dataclass(frozen=True, slots=True)
class Key:
    """`read` turns a TOML value into the setting, or raises ValueError that says what is wrong.
    `field` is the dataclass field where it is not named like the key."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    says: str
    required: bool = False
    field: str = ""


Keys = Mapping[str, Key]

_STRING = {"type": "string"}
_STRINGS = {"type": "array", "items": _STRING}
_SPAN = {"type": "string", "pattern": r"^[1-9][0-9]*\s*[smhd]$"}
_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]\s*-\s*([01][0-9]|2[0-3]):[0-5][0-9]$"
_KINDS = tuple(str(kind) for kind in SourceKind)
_LEVELS = tuple(str(level) for level in Level)
_DIRECTIONS = tuple(str(direction) for direction in Direction)
_DOCUMENTS = tuple(str(kind) for kind in DocumentKind)
_FR_TYPES = ("RULE", "PRORULE", "NOTICE", "PRESDOCU")


def _choice(choices: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(choices)}


def _choices(choices: tuple[str, ...]) -> dict[str, Any]:
    one = _choice(choices)
    return {"anyOf": [one, {"type": "array", "items": one}]}


TRACKER: Keys = {
    "timezone": Key(read.zone, _STRING, "the reader's time zone; times are shown in it"),
    "languages": Key(
        read.languages,
        {"type": "array", "items": _choice(("ja", "en"))},
        "languages of alerts, the main one first",
    ),
    "contact": Key(
        read.non_empty,
        _STRING,
        "an address that the operators of sources can write to; sent in the User-Agent",
    ),
    "viewer_url": Key(read.base, _STRING, "where readers reach the viewer; links in alerts begin with it"),
    "templates": Key(
        read.non_empty,
        _STRING,
        "a folder with templates of your own for mails and files; as seen from the settings file",
    ),
    "operators": Key(
        read.string_list,
        _STRINGS,
        "ids of the channels that hear of outages of sources and channels; left out: all; []: none",
    ),
    "similarity": Key(
        read.similarity,
        {"type": "boolean"},
        "true: mark changes in which the rules find nothing, but whose English words are like a topic's",
    ),
    "prune_after": Key(
        read.duration,
        _SPAN,
        "bytes that nothing refers to are dropped once they are this old; left out: never",
    ),
    "log_format": Key(read.one_of(("lines", "json")), _choice(("lines", "json")), "how the daemon logs"),
}

SIGN_INS = ("accounts", "oidc", "proxy", "none")
VIEWER: Keys = {
    "sign_in": Key(
        read.one_of(SIGN_INS),
        _choice(SIGN_INS),
        "accounts: names and passwords made with `tracker users`; oidc: a sign-in service; proxy: a proxy says who it is; none: nobody signs in, on purpose",
    ),
    "proxy_header": Key(read.header, _STRING, "the header in which the proxy names who has signed in"),
    "trusted_proxies": Key(
        read.networks, _STRINGS, "addresses or networks whose word about the reader is believed"
    ),
}

OIDC: Keys = {
    "issuer": Key(read.issuer, _STRING, "the sign-in service, as its tokens name it", required=True),
    "client_id": Key(read.non_empty, _STRING, "what the viewer is called there", required=True),
    "client_secret": Key(read.secret, _STRING, "env:NAME or file:PATH; left out for a public client"),
    "scopes": Key(read.scopes, _STRINGS, "what is asked for; openid is needed"),
    "name_claim": Key(read.non_empty, _STRING, "the claim with the name that reviews are written under"),
    "role_claim": Key(
        read.non_empty, _STRING, "the claim with groups or roles; dots lead inward (realm_access.roles)"
    ),
    "readers": Key(read.string_list, _STRINGS, "values of role_claim that make a reader"),
    "reviewers": Key(read.string_list, _STRINGS, "values of role_claim that make a reviewer"),
    "operators": Key(read.string_list, _STRINGS, "values of role_claim that make an operator"),
    "admins": Key(read.string_list, _STRINGS, "values of role_claim that make an admin"),
    "allowed_domains": Key(read.domains, _STRINGS, "mail domains that are let in; none: all"),
}

_ID = Key(
    read.identity, _STRING, "a name of your own, unique and lasting: records refer to it", required=True
)

_SOURCE_COMMON: Keys = {
    "id": _ID,
    "kind": Key(read.one_of(_KINDS, SourceKind), _choice(_KINDS), "how it is polled and read", required=True),
    "every": Key(read.duration, _SPAN, "how often it is polled: 5s, 30m, 6h, 1d"),
    "cron": Key(read.cron, _STRING, 'instead of every: "minute hour day month weekday", week days as names'),
    "timezone": Key(read.zone, _STRING, "the time zone of cron"),
    "time_limit": Key(read.duration, _SPAN, "the longest that one poll may take"),
    "full_every": Key(
        read.duration, _SPAN, "how often whole answers are asked for, even if nothing seems to have changed"
    ),
    "enabled": Key(read.boolean, {"type": "boolean"}, "false: kept in the file, not polled"),
}
_BASE = Key(read.base, _STRING, "where the service's interface begins", required=True)
_URL = Key(read.address, _STRING, "the address to poll", required=True)
_AGENCIES = Key(
    read.string_list, _STRINGS, "agency slugs as the Federal Register has them; none: all agencies"
)
_FULL_TEXT = Key(
    read.boolean, {"type": "boolean"}, "also fetch and read the full text of what is in the field"
)

_SOURCE_BY_KIND: Mapping[SourceKind, Keys] = {
    SourceKind.FEDERAL_REGISTER: {
        "base_url": _BASE,
        "agencies": _AGENCIES,
        "types": Key(read.subset_of(_FR_TYPES), _choices(_FR_TYPES), "document types; none: all"),
        "recheck": Key(
            read.duration, _SPAN, "how long published documents are looked at again for corrections in place"
        ),
        "issues_url": Key(
            read.base, _STRING, "GovInfo, where the daily reconciliation looks up what each issue holds"
        ),
        "full_text": _FULL_TEXT,
    },
    SourceKind.PUBLIC_INSPECTION: {"base_url": _BASE, "agencies": _AGENCIES, "full_text": _FULL_TEXT},
    SourceKind.ECFR: {
        "base_url": _BASE,
        "title": Key(read.integer(1, 50), {"type": "integer"}, "CFR title", required=True),
        "parts": Key(
            read.parts,
            {"type": ["string", "integer", "array"]},
            'CFR parts: "730-774" or "744,746"',
            required=True,
        ),
    },
    SourceKind.PAGE: {
        "url": _URL,
        "follow": Key(
            read.follow, _STRING, "none, same-site, or a regular expression that a link's address must match"
        ),
        "depth": Key(read.integer(1, 10), {"type": "integer"}, "how many links deep to follow"),
        "max_pages": Key(read.integer(1, 10_000), {"type": "integer"}, "how many pages at the most"),
        "annexes": Key(
            read.integer(0, 100),
            {"type": "integer"},
            "how many PDF files on its own host are read as part of each page; 0: none",
        ),
        "content": Key(read.selector, _STRING, "CSS selector of the main text; left out: it is found"),
    },
    SourceKind.FEED: {"url": _URL},
    SourceKind.SCREENING_LIST: {"url": _URL},
}


def keys_for_kind(kind: SourceKind) -> Keys:
    """The keys that a source of this kind takes."""
    return {**_SOURCE_COMMON, **_SOURCE_BY_KIND[kind]}


# All keys of all kinds, none of a kind's own required: for a source whose kind is not known.
SOURCE: Keys = {
    **{
        name: Key(key.read, key.schema, key.says, False, key.field)
        for keys in _SOURCE_BY_KIND.values()
        for name, key in keys.items()
    },
    **_SOURCE_COMMON,
}

HOST: Keys = {
    "name": Key(read.non_empty, _STRING, "host or host:port", required=True),
    "rate": Key(read.rate, {"type": "number"}, "requests a second, at the most", required=True),
}
CHANNEL: Keys = {
    "id": _ID,
    "url": Key(
        read.non_empty, _STRING, "an Apprise URL, or env:NAME or file:PATH where it stands", required=True
    ),
    "language": Key(
        read.one_of(("ja", "en")), _choice(("ja", "en")), "language of its messages; left out: the main one"
    ),
    "secret": Key(
        read.secret,
        {"type": "string", "pattern": "^(env|file):."},
        "env:NAME or file:PATH: what messages to json:// and jsons:// are signed with",
    ),
    "quiet": Key(
        read.hours,
        {"type": "string", "pattern": _HOURS},
        'hours in which only critical alerts are sent: "20:00-08:00"',
    ),
    "batch": Key(
        read.clock,
        {"type": "string", "pattern": _TIME},
        "what is below critical waits for this time of day and comes as one message",
    ),
    "redline": Key(
        read.boolean, {"type": "boolean"}, "mails about a changed text carry its redline as a Word file"
    ),
}
PROFILE: Keys = {
    "id": _ID,
    "eccns": Key(read.string_list, _STRINGS, "ECCNs, prefixes such as 3B, ranges such as 3B001-3B993"),
    "hts": Key(read.string_list, _STRINGS, "customs codes, or their beginnings"),
    "products": Key(
        read.string_list, _STRINGS, "product words, Japanese or English; known synonyms come with them"
    ),
    "parties": Key(read.string_list, _STRINGS, "names of customers, suppliers, affiliates"),
    "countries": Key(read.string_list, _STRINGS, "countries"),
    "topics": Key(read.subset_of(TOPIC_IDS), _choices(TOPIC_IDS), "topics"),
}
ROUTE: Keys = {
    "when": Key(lambda value: value, {"type": "object"}, "conditions; all that are given must hold"),
    "to": Key(read.string_list, _STRINGS, "ids of channels", required=True),
    "acknowledge_within": Key(
        read.duration, _SPAN, "what is high or above and nobody has acknowledged by then goes to escalate_to"
    ),
    "escalate_to": Key(read.string_list, _STRINGS, "ids of channels"),
}
WHEN: Keys = {
    "level": Key(read.one_of(_LEVELS, Level), _choice(_LEVELS), "this level or above"),
    "topic": Key(read.subset_of(TOPIC_IDS), _choices(TOPIC_IDS), "one of these topics", field="topics"),
    "direction": Key(
        read.subset_of(_DIRECTIONS), _choices(_DIRECTIONS), "one of these directions", field="directions"
    ),
    "source": Key(read.subset_of(()), _STRINGS, "one of these sources", field="sources"),
    "kind": Key(
        read.subset_of(_DOCUMENTS), _choices(_DOCUMENTS), "one of these document kinds", field="kinds"
    ),
    "profile": Key(read.non_empty, _STRING, "it concerns this profile; level is then the level for it"),
}


DIGEST: Keys = {
    "to": Key(read.string_list, _STRINGS, "ids of channels", required=True),
    "languages": Key(
        read.languages,
        {"type": "array", "items": _choice(("ja", "en"))},
        "a digest in each of these; left out: in each channel's language",
    ),
    "profiles": Key(
        read.string_list,
        _STRINGS,
        "a digest for each of these, what concerns it first; left out: one for all",
    ),
    "at": Key(
        read.weekly,
        {"type": "string", "pattern": "^(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]$"},
        'week day and time in the settings\' time zone, such as "mon 08:00"',
    ),
    "format": Key(
        read.digest_form,
        _choice(read.DIGEST_FORMS),
        "what a mail holds: html, md (text alone), pdf (attached)",
    ),
}


SUMMARISER: Keys = {
    "base_url": Key(
        read.base,
        _STRING,
        "where the endpoint's interface begins: /chat/completions is put behind it",
        required=True,
    ),
    "model": Key(read.non_empty, _STRING, "the model's name, as the endpoint knows it", required=True),
    "key": Key(
        read.secret,
        {"type": "string", "pattern": "^(env|file):."},
        "env:NAME or file:PATH: sent as a bearer token",
    ),
    "automatic": Key(
        read.one_of(_LEVELS, Level),
        _choice(_LEVELS),
        "the daemon has new changes of this level or above summarised; left out: only `tracker summarise` does",
    ),
    "timeout": Key(read.duration, _SPAN, "the longest that one answer may take"),
    "max_text": Key(
        read.integer(1_000, 1_000_000), {"type": "integer"}, "characters of official text that are sent"
    ),
    "max_answer": Key(
        read.integer(1_000, 1_000_000), {"type": "integer"}, "bytes of an answer that are read"
    ),
}


def json_schema() -> str:
    """The JSON Schema of `sources.toml`, shipped as `tracker/sources.schema.json`."""

    def table(keys: Keys) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {**key.schema, "description": key.says} for name, key in keys.items()},
            "required": [name for name, key in keys.items() if key.required],
        }

    by_kind = [
        {**table(keys_for_kind(kind)), "title": str(kind)}
        | {"properties": {**table(keys_for_kind(kind))["properties"], "kind": {"const": str(kind)}}}
        for kind in SourceKind
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
            "viewer": viewer,
            "source": {"type": "array", "items": {"oneOf": by_kind}},
            "host": {"type": "array", "items": table(HOST)},
            "channel": {"type": "array", "items": table(CHANNEL)},
            "profile": {"type": "array", "items": table(PROFILE)},
            "route": {"type": "array", "items": route},
            "digest": table(DIGEST),
            "summariser": table(SUMMARISER),
        },
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")
