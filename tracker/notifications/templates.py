"""Custom templates: for emails and files, from a folder that the settings name; for the body of a webhook, one file.

`alert.txt.j2` and `alert.html.j2` each replace the built-in format. They receive `message`
(`rendering.alert_message.Message`), `record`, `key`, `story`, and the built-in output as `text` and `html`. They run in
Jinja's sandbox, and the HTML template escapes every value. The template of a webhook receives `message`, `record`, `key`, `story`,
`event` and `text`; what it makes must be a JSON object, so each value belongs through the filter `tojson`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from tracker.errors import DeliveryError
from tracker.logs import Logger
from tracker.notifications.channels import email
from tracker.notifications.formats import EmailMessage, OutboundMessage, plain

TEXT, HTML = "alert.txt.j2", "alert.html.j2"

_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)

log = Logger()


def render_email(folder: Path, parcel: OutboundMessage) -> EmailMessage | None:
    """The alert rendered by the custom templates; None where the folder has none. When a template fails, the built-in
    format is used and the error is logged, so that no alert is lost."""
    page = email.html_page(parcel.message)
    built_in = {TEXT: plain(parcel.message), HTML: page}
    rendered = {name: _render(folder, name, parcel, built_in[TEXT], page) for name in built_in}
    if rendered[TEXT] is None and rendered[HTML] is None:
        return None
    return EmailMessage(rendered[TEXT] or built_in[TEXT], rendered[HTML] or built_in[HTML], series="alerts")


def render_json(path: Path, parcel: OutboundMessage) -> dict[str, Any]:
    """The body of a webhook from a template. Raises DeliveryError where the template fails or makes no JSON object: another body
    than the receiver expects is not sent in its place."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(path.parent), autoescape=False, undefined=StrictUndefined
    )  # JSON, not HTML: `tojson` quotes each value
    try:
        text = environment.get_template(path.name).render(
            message=parcel.message, record=parcel.record, key=parcel.key, story=parcel.thread,
            event=parcel.event, text=plain(parcel.message),
        )  # fmt: skip
        body = json.loads(text)
    except _FAILURES as error:
        raise _unusable(path, f"{type(error).__name__}: {error}") from error
    if not isinstance(body, dict):
        raise _unusable(path, "it does not make a JSON object")
    return body


def _unusable(path: Path, problem: str) -> DeliveryError:
    return DeliveryError(
        f"template {path.name} failed: {problem}",
        cure="mend the template, then `tracker redeliver`",
        transient=False,
    )


def _render(folder: Path, name: str, parcel: OutboundMessage, text: str, page: str) -> str | None:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder), autoescape=name == HTML, undefined=StrictUndefined
    )
    try:
        return environment.get_template(name).render(
            message=parcel.message, record=parcel.record, key=parcel.key, story=parcel.thread,
            text=text, html=Markup(page),  # noqa: S704 - built-in output, already escaped
        )  # fmt: skip
    except TemplateNotFound as error:
        if error.name == name:
            return None
        problem: Exception = error
    except _FAILURES as error:
        problem = error
    log.error(
        "template failed, built-in format used",
        template=str(folder / name),
        problem=f"{type(problem).__name__}: {problem}",
    )
    return None
