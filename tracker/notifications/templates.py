"""Custom templates for emails and files, from a folder that the settings name.

`alert.txt.j2` and `alert.html.j2` each replace the built-in format. They receive `message`
(`rendering.alert_message.Message`), `record`, `key`, `story`, and the built-in output as `text` and `html`. They run in
Jinja's sandbox, and the HTML template escapes every value.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from tracker.logs import Logger
from tracker.notifications.channels import email
from tracker.notifications.formats import EmailMessage, OutboundMessage, plain

TEXT, HTML = "alert.txt.j2", "alert.html.j2"

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
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        UnicodeError,
    ) as error:
        problem = error
    log.error(
        "template failed, built-in format used",
        template=str(folder / name),
        problem=f"{type(problem).__name__}: {problem}",
    )
    return None
