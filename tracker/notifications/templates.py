"""The firm's own words and looks for mails and files: templates in a folder that the settings name.

`alert.txt.j2` and `alert.html.j2` replace ours, each by itself. They get `message` (`present.message.Message`),
`record`, `key`, `story`, and ours as `text` and `html`. They run in Jinja's sandbox, and the HTML one escapes
every value.
"""

from __future__ import annotations

from pathlib import Path

import structlog
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from tracker.notifications.channels import email
from tracker.notifications.formats import EmailMessage, OutboundMessage, plain

TEXT, HTML = "alert.txt.j2", "alert.html.j2"

log = structlog.get_logger()


def render_email(folder: Path, parcel: OutboundMessage) -> EmailMessage | None:
    """The alert by the firm's templates; None where there is none for it. A template with a mistake in it must not
    cost an alert: ours takes its place, and the log says so."""
    page = email.html_page(parcel.message)
    ours = {TEXT: plain(parcel.message), HTML: page}
    made = {name: _made(folder, name, parcel, ours[TEXT], page) for name in ours}
    if made[TEXT] is None and made[HTML] is None:
        return None
    return EmailMessage(made[TEXT] or ours[TEXT], made[HTML] or ours[HTML], series="alerts")


def _made(folder: Path, name: str, parcel: OutboundMessage, text: str, page: str) -> str | None:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder), autoescape=name == HTML, undefined=StrictUndefined
    )
    try:
        return environment.get_template(name).render(
            message=parcel.message, record=parcel.record, key=parcel.key, story=parcel.thread,
            text=text, html=Markup(page),  # noqa: S704 - ours, escaped where it was made
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
        "a template is wrong, ours is used",
        template=str(folder / name),
        problem=f"{type(problem).__name__}: {problem}",
    )
    return None
