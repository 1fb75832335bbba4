"""Webhooks as receivers of Standard Webhooks and CloudEvents take them, verified by the library that receivers use."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.unit.notifications_sinks import NOW, HttpSink, http_sink, parcel_of, settings_of
from tests.unit.rendering_samples import affiliates_rule
from tracker.config.loader import load
from tracker.config.models import Channel
from tracker.config.schema import PAYLOADS
from tracker.errors import SettingsError
from tracker.model import Change
from tracker.notifications import webhook_events
from tracker.notifications.alert_messages import AlertMessages
from tracker.notifications.targets import send
from tracker.storage.deliveries import Delivery

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()


def sent(**options: Any) -> HttpSink:
    with http_sink() as sink:
        channel = Channel("hook", f"json://127.0.0.1:{sink.port}/", **options)
        assert send(channel, parcel_of(affiliates_rule())).ok
    return sink


def verified(secret: str, sink: HttpSink) -> Any:
    return Webhook(secret).verify(
        sink.raw[0], {name.lower(): value for name, value in sink.headers[0].items()}
    )


def test_the_library_of_receivers_accepts_a_signed_message() -> None:
    assert verified(SECRET, sent(secret=SECRET))["id"] == "chg_0123456789abcdef"


def test_a_secret_without_the_prefix_signs_as_its_bytes() -> None:
    assert verified(base64.b64encode(b"s3cret").decode(), sent(secret="s3cret"))


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_while_a_secret_is_changed_both_are_accepted(secret: str) -> None:
    assert verified(secret, sent(secret=f"{OTHER}\n{SECRET}"))


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_message_outside_the_window_is_refused(hours: int) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        sink = sent(secret=SECRET)
        assert verified(SECRET, sink)
        clock.shift(timedelta(hours=hours))
        with pytest.raises(WebhookVerificationError):
            verified(SECRET, sink)


def test_changed_bytes_another_secret_and_another_id_are_refused() -> None:
    sink = sent(secret=SECRET)
    with pytest.raises(WebhookVerificationError):
        verified(OTHER, sink)
    sink.headers[0]["webhook-id"] += "0"
    with pytest.raises(WebhookVerificationError):
        verified(SECRET, sink)
    sink = sent(secret=SECRET)
    sink.raw[0] += b" "
    with pytest.raises(WebhookVerificationError):
        verified(SECRET, sink)


def test_the_id_is_that_of_the_delivery_and_the_same_in_a_repetition() -> None:
    first, again = sent(), sent()
    assert first.headers[0]["webhook-id"] == again.headers[0]["webhook-id"]
    assert "." not in first.headers[0]["webhook-id"]
    assert "webhook-signature" not in {name.lower() for name in first.headers[0]}


def test_an_event_has_type_time_and_data() -> None:
    body = sent(payload="event").bodies[0]
    assert body.keys() == {"type", "timestamp", "data"}
    assert body["type"] == body["data"]["alert"]["event"] == "change.created"
    assert body["data"]["id"] == "chg_0123456789abcdef"


def test_a_cloudevent_has_its_attributes_and_its_media_type() -> None:
    sink = sent(payload="cloudevent")
    body = sink.bodies[0]
    assert sink.headers[0]["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert body["specversion"] == "1.0"
    assert body["source"].startswith("/tracker/sources/")
    assert (body["type"], body["subject"]) == ("change.created", "chg_0123456789abcdef")
    assert body["id"] == sink.headers[0]["webhook-id"]


def test_the_event_of_a_repetition_has_the_time_at_which_it_was_queued() -> None:
    parcel = replace(parcel_of(affiliates_rule()), at=NOW)
    with http_sink() as sink:
        channel = Channel("hook", f"json://127.0.0.1:{sink.port}/", payload="event")
        for _ in range(2):
            send(channel, parcel)
    assert sink.bodies[0] == sink.bodies[1]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_each_body_follows_the_schema(payload: str) -> None:
    import jsonschema  # type: ignore[import-untyped]  # its import compiles 38 grammars: 2 s

    schema = json.loads((Path(webhook_events.__file__).parents[1] / "webhook.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(sent(payload=payload).bodies[0], schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**sent(payload=payload).bodies[0], "type": 1, "alert": 1}, schema)


def test_a_template_makes_the_body(tmp_path: Path) -> None:
    template = tmp_path / "body.json.j2"
    template.write_text('{"what": {{ message.what | tojson }}, "event": {{ event | tojson }}}', "utf-8")
    sink = sent(template=template, secret=SECRET)
    assert sink.bodies == [{"what": parcel_of(affiliates_rule()).message.what, "event": "change.created"}]
    assert verified(SECRET, sink) == sink.bodies[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{ missing }}", "'missing' is undefined"),
        ("[1]", "does not make a JSON object"),
        ('{"what": {{ message.what }}}', "JSONDecodeError"),
        ("{{ message.__class__.__mro__ }}", "SecurityError"),
    ],
)
def test_a_template_that_fails_sends_nothing_and_says_why(tmp_path: Path, text: str, problem: str) -> None:
    template = tmp_path / "body.json.j2"
    template.write_text(text, "utf-8")
    with http_sink() as sink:
        channel = Channel("hook", f"json://127.0.0.1:{sink.port}/", template=template)
        answer = send(channel, parcel_of(affiliates_rule()))
    assert (answer.ok, answer.transient, sink.bodies) == (False, False, [])
    assert problem in answer.text


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('url = "slack://a/b/c"\npayload = "event"', "payload: only json:// and jsons:// have it"),
        ('url = "json://a.example/"\ntemplate = "none.j2"', "is no file"),
        ('url = "json://a.example/"\npayload = "xml"', "payload"),
        ('url = "json://a.example/"\nsecret = "env:HOOK"', "24 to 64 bytes in base64 must follow whsec_"),
    ],
)
def test_settings_that_cannot_work_are_named(tmp_path: Path, lines: str, problem: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(f'[tracker]\ncontact = "a@example.jp"\n[[channel]]\nid = "hook"\n{lines}\n', "utf-8")
    with pytest.raises(SettingsError, match=problem):
        load(path, {"HOOK": "whsec_short"})


@pytest.mark.parametrize(
    ("revision", "cause", "event"),
    [
        (1, "route", "change.created"),
        (2, "route", "change.updated"),
        (2, "status", "status.changed"),
    ],
)
def test_the_event_is_that_of_the_revision(revision: int, cause: str, event: str) -> None:
    def lookup(identity: str, _: int) -> Change:
        return replace(affiliates_rule(), id=identity, revision=revision)

    compose = AlertMessages(lookup, settings_of(), NOW, lambda _: (), None, lambda *_: ())
    row = Delivery(1, "chg_0000000000000001", revision, "hook", "key", 0, False, cause=cause, queued_at=NOW)
    other = replace(row, id=2, subject_id="chg_0000000000000002")
    channel = Channel("hook", "json://127.0.0.1/")
    assert compose(channel, [row], repeated=False).event == event
    batch = compose(channel, [row, other], repeated=False)
    assert (batch.event, batch.record["events"], batch.at) == ("batch", [event, event], NOW)


def test_each_kind_of_notice_has_a_documented_event() -> None:
    text = (Path(__file__).parents[2] / "docs" / "records.md").read_text("utf-8")
    sentence = text.partition("its `kind` is ")[2].partition("and `notice` holds")[0]
    kinds = re.findall(r"`([a-z-]+)`", sentence)
    assert {"source-down", "deadline", "unacknowledged"} <= set(kinds)
    table = text.partition("| event | when |")[2].partition("\n\n")[0]
    assert {webhook_events.notice_event(kind) for kind in kinds} <= set(re.findall(r"`([a-z.-]+)`", table))


TEXT = {"type": "string", "minLength": 1}
SHAPES: dict[str, dict[str, Any]] = {
    # developer.atlassian.com, "Create issue", and the Atlassian Document Format
    "jira": {
        "project": {"type": "object", "properties": {"key": TEXT}, "required": ["key"]},
        "issuetype": {"type": "object", "properties": {"name": TEXT}, "required": ["name"]},
        "summary": {"type": "string", "maxLength": 255, "pattern": "^[^\\n]+$"},
        "labels": {"type": "array", "items": {"type": "string", "pattern": "^\\S+$"}},
        "description": {
            "type": "object",
            "required": ["type", "version", "content"],
            "properties": {
                "type": {"const": "doc"},
                "version": {"const": 1},
                "content": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["type", "content"],
                        "properties": {
                            "type": {"const": "paragraph"},
                            "content": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "properties": {"type": {"const": "text"}, "text": TEXT},
                                    "required": ["type", "text"],
                                },
                            },
                        },
                    },
                },
            },
        },
    },
    # servicenow.com, table `incident`: lengths of its columns
    "servicenow": {
        "short_description": {"type": "string", "maxLength": 160},
        "description": {"type": "string", "maxLength": 4000},
        "urgency": {"enum": ["1", "2", "3"]},
        "correlation_id": {"type": "string", "maxLength": 100},
        "correlation_display": TEXT,
    },
    # kintone.dev, "Add record"
    "kintone": {
        "app": {"type": "integer"},
        "record": {
            "type": "object",
            "minProperties": 5,
            "additionalProperties": {
                "type": "object",
                "properties": {"value": {"type": "string"}},
                "required": ["value"],
                "additionalProperties": False,
            },
        },
    },
}
ADDRESSES = {
    "jira": ("a%40example.com:token@127.0.0.1:{port}/rest/api/3/issue", 201),
    "servicenow": ("user:password@127.0.0.1:{port}/api/now/table/incident", 201),
    "kintone": ("127.0.0.1:{port}/k/v1/record.json?+X-Cybozu-API-Token=secret", 200),
}


@pytest.mark.parametrize("program", SHAPES)
def test_the_examples_make_what_other_programs_document(program: str) -> None:
    import jsonschema  # see above

    address, status = ADDRESSES[program]
    template = Path(__file__).parents[2] / "docs" / "examples" / f"{program}.json.j2"
    with http_sink(lambda _: status) as sink:
        channel = Channel(program, f"json://{address.format(port=sink.port)}", template=template)
        assert send(channel, parcel_of(affiliates_rule())).ok
        quoted = replace(affiliates_rule(), title='A "quoted" <b>title</b> \\ of\na rule')
        assert send(channel, parcel_of(quoted)).ok
    for body in sink.bodies:
        fields = body["fields"] if program == "jira" else body
        jsonschema.validate(
            fields,
            {
                "type": "object",
                "properties": SHAPES[program],
                "required": list(SHAPES[program]),
                "additionalProperties": False,
            },
        )
    header = "X-Cybozu-Api-Token" if program == "kintone" else "Authorization"
    assert {name.title(): value for name, value in sink.headers[0].items()}[header]
    assert sink.paths[0] == "/" + address.partition("/")[2].partition("?")[0]
