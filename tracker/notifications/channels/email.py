"""Email: alerts as HTML that mail clients keep (tables, inline styles) and as text, and the plugin that sends them."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from html import escape
from itertools import chain, repeat
from typing import Any

from apprise.plugins.email.base import NotifyEmail, PGPMode

from tracker.clock import machine_now
from tracker.model import Level
from tracker.notifications.channels.base import TrackerPlugin, combine_answers
from tracker.notifications.delivery_result import DeliveryResult, smtp_refusal
from tracker.notifications.formats import OutboundMessage, plain, with_border
from tracker.notifications.http_post import failure_cause
from tracker.rendering.alert_message import LabeledFact, Message
from tracker.sanitize import sanitize_line

# Dark enough for white letters at 4.5:1 (WCAG 2.2, 1.4.3).
_COLORS = {
    Level.CRITICAL: "#a4161a",
    Level.HIGH: "#9a4a00",
    Level.MEDIUM: "#6b5900",
    Level.LOW: "#1d4f91",
    Level.NONE: "#555555",
}
_FONT = "font-family:'Hiragino Sans','Yu Gothic','Noto Sans JP','Noto Sans CJK JP',Arial,sans-serif"


class EmailPlugin(TrackerPlugin, NotifyEmail):  # type: ignore[misc]
    """`mailto://`, `mailtos://`: one mail to all recipients of the channel that do not have it yet. A recipient with links of its own
    gets a mail of its own."""

    def send(self, *arguments: Any, **named: Any) -> bool:
        if self.encrypted:
            return bool(super().send(*arguments, **named))  # Apprise signs and encrypts; we do not
        everybody = dict.fromkeys([*(spec for _, spec in self.targets), *self.cc, *self.bcc])
        remaining = [address for address in everybody if self.parcel.roster.wants(address)]
        answers: dict[str, DeliveryResult] = {}
        for found in self._deliver(self._copies(remaining)):
            answers.update(found)
            for address, answer in found.items():
                self.parcel.roster.note(address, answer)
        # A result that is the same for all recipients appears once.
        same = bool(answers) and len({answer.text for answer in answers.values()}) == 1
        self.answer = next(iter(answers.values())) if same else combine_answers(answers)
        if same and self.answer.ok:
            self.answer = replace(self.answer, text=f"250 taken for {len(answers)}")
        return self.answer.ok

    @property
    def encrypted(self) -> bool:
        return bool(self.pgp_mode != PGPMode.NONE)

    def _copies(self, recipients: list[str]) -> list[tuple[OutboundMessage, list[str]]]:
        """The mail that all recipients have in common, then those of single recipients."""
        if self.parcel.personal is None:
            return [(self.parcel, recipients)] if recipients else []
        own = {address: self.parcel.personal(address) for address in recipients}
        common = [address for address, parcel in own.items() if parcel is None]
        return [
            *([(self.parcel, common)] if common else []),
            *((parcel, [address]) for address, parcel in own.items() if parcel is not None),
        ]

    def _letter(self, parcel: OutboundMessage) -> EmailMessage:
        def address(spec: str, name: str | None = None) -> Address:
            return Address(sanitize_line(name or self.names.get(spec) or ""), addr_spec=spec)

        headers = dict(self.headers)
        if self.reply_to:
            headers["Reply-To"] = ", ".join(str(address(spec)) for spec in sorted(self.reply_to))
        return build_email(
            parcel,
            sender=address(self.from_addr[1], self.from_addr[0] or "tracker"),
            to=tuple(address(spec, name) for name, spec in self.targets),
            cc=tuple(address(spec) for spec in sorted(self.cc)),
            sent_at=machine_now(),
            headers=headers,
        )

    def _deliver(
        self, copies: list[tuple[OutboundMessage, list[str]]]
    ) -> Iterator[dict[str, DeliveryResult]]:
        """Sends each copy to its recipients over one connection; yields the results of the recipients of each. After a connection
        that broke or could not be made, the copies that follow are not sent."""
        server: smtplib.SMTP | None = None
        broken: DeliveryResult | None = None
        try:
            for parcel, recipients in copies:
                if broken is not None:
                    yield dict.fromkeys(recipients, replace(broken, uncertain=False))
                    continue
                try:
                    letter = self._letter(parcel)
                except (ValueError, MessageError) as error:
                    text = f"the mail could not be made: {sanitize_line(str(error))}"
                    yield dict.fromkeys(recipients, DeliveryResult(False, text, transient=False))
                    continue
                refused: dict[str, Any] = {}
                accepted = DeliveryResult(True, "250 taken")
                try:
                    server = server or self._server()
                    refused = server.send_message(letter, self.from_addr[1], recipients)
                except smtplib.SMTPServerDisconnected as error:
                    broken = DeliveryResult(False, sanitize_line(str(error)), uncertain=server is not None)
                except smtplib.SMTPRecipientsRefused as error:
                    refused = error.recipients
                    # It ended the session with a 421.
                    accepted = DeliveryResult(False, "the server accepted it for no recipient")
                except smtplib.SMTPException as error:
                    # The server is where it was: the next copy may be accepted. Without a connection it is tried for all.
                    broken = smtp_refusal(error) if server is None else None
                    yield dict.fromkeys(recipients, smtp_refusal(error))
                    continue
                except OSError as error:
                    broken = DeliveryResult(False, failure_cause(error), uncertain=server is not None)
                if broken is not None:
                    yield dict.fromkeys(recipients, broken)
                    continue
                yield {
                    address: smtp_refusal(smtplib.SMTPRecipientsRefused({address: refused[address]}))
                    if address in refused
                    else accepted
                    for address in recipients
                }
        finally:
            if server is not None:
                # The email is accepted or refused already: errors at QUIT do not matter.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.quit()

    def _server(self) -> smtplib.SMTP:
        timeout = self.socket_read_timeout
        if self.secure_mode == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.smtp_host, self.port, timeout=timeout, context=self._trust()
            )
        else:
            server = smtplib.SMTP(self.smtp_host, self.port, timeout=timeout)
        try:
            if self.secure_mode == "starttls":
                server.starttls(context=self._trust())
            if self.user and self.password:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _trust(self) -> ssl.SSLContext:
        """The TLS context, created only where it is used: loading the system's certificates takes 40 ms."""
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def build_email(
    parcel: OutboundMessage,
    *,
    sender: Address,
    to: tuple[Address, ...],
    cc: tuple[Address, ...],
    sent_at: datetime,
    headers: Mapping[str, str],
) -> EmailMessage:
    """The complete email. Its Message-ID is derived from the delivery's key, so that servers can drop a repetition;
    References groups the emails of a story in one thread. `headers` come from the channel and override the defaults."""
    message, letter = parcel.message, parcel.letter
    domain = sender.domain or "localhost"
    mail = EmailMessage()
    mail["Subject"] = sanitize_line(message.subject)
    mail["From"] = sender
    mail["To"] = to
    if cc:
        mail["Cc"] = cc
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = f"<{_digest(parcel.key)}@{domain}>"
    # The root of a story is never sent; its id only groups the emails of the story in mail clients.
    mail["In-Reply-To"] = mail["References"] = f"<{_digest(parcel.thread)}@{domain}>"
    series = letter.series if letter else "alerts"
    mail["List-Id"] = f"tracker {series} <{series}.tracker.{domain}>"
    # RFC 3834: automatic replies do not answer this email.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Tracker-Change"] = message.id
    for name, value in headers.items():
        del mail[name]
        mail[name] = sanitize_line(value)
    mail.set_content(letter.text if letter else plain(message))
    page = letter.html if letter else html_page(message)
    if page:
        mail.add_alternative(page, subtype="html")
    for name, kind, data in (*parcel.files, *(letter.files if letter else ())):
        main, _, sub = kind.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail


def html_page(message: Message) -> str:
    """The alert as one HTML page; every word in it is escaped."""
    badge = "".join(
        f'<span style="display:inline-block;background:{color};color:#ffffff;padding:3px 10px;'
        f'border-radius:3px;font-weight:bold;margin-right:6px">{escape(text)}</span>'
        for color, text in (
            (_COLORS[message.level], message.badge),
            *(("#333333", mark) for mark in message.marks),
        )
    )
    below = "".join(
        _paragraph(text, "color:#444444;margin:0 0 6px") for text in (message.title, message.detail) if text
    )
    passages = "".join(
        '<tr><td style="border-left:4px solid #1d4f91;padding:4px 12px">'
        f'<span style="color:#555555;font-size:13px">{escape(passage.path)}</span><br>'
        f"{''.join(_run(kind, words) for kind, words in passage.runs).strip()}</td></tr>"
        '<tr><td style="height:8px;line-height:8px">&nbsp;</td></tr>'
        for passage in message.passages
    )
    entries = "".join(
        '<tr><td valign="top" style="padding:6px 0;border-top:1px solid #dddddd">'
        f'<span style="display:inline-block;background:{_COLORS[entry.level]};color:#ffffff;padding:1px 8px;'
        f'border-radius:3px;font-size:13px">{escape(entry.badge)}</span><br>{escape(entry.what)}<br>'
        f'<span style="color:#333333;font-size:13px">{escape(entry.note)}</span> '
        f'<a href="{escape(entry.link)}" style="color:#1d4f91;font-size:13px">{escape(entry.id)}</a></td></tr>'
        for entry in message.entries
    )
    quotes = "".join(
        '<tr><td style="border-left:4px solid #c8c8c8;padding:4px 12px;background:#f6f6f6;color:#1a1a1a">'
        f'<span style="color:#222222">“{escape(quote.text)}”</span><br>'
        f'<span style="color:#555555;font-size:13px">— {escape(quote.source)}</span></td></tr>'
        '<tr><td style="height:8px;line-height:8px">&nbsp;</td></tr>'
        for quote in message.quotes
    )
    first, other = "background:#1d4f91;color:#ffffff", "background:#ffffff;color:#1d4f91"
    buttons = "".join(
        f'<a href="{escape(fact.value)}" style="display:inline-block;padding:8px 16px;margin:0 10px 6px 0;'
        f'border:1px solid #1d4f91;border-radius:4px;{style};text-decoration:none">{escape(fact.label)}</a>'
        for fact, style in zip(message.links, chain([first], repeat(other)), strict=False)
    )
    return (
        f'<!DOCTYPE html><html lang="{message.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light"><meta name="supported-color-schemes" content="light">'
        f"<title>{escape(message.subject)}</title></head>"
        f'<body style="margin:0;padding:0;background:#ffffff;color:#1a1a1a;{_FONT};font-size:15px;'
        'line-height:1.6"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
        '<tr><td align="left" style="padding:16px"><table role="presentation" width="640" cellpadding="0" '
        'cellspacing="0" border="0" style="max-width:640px;width:100%"><tr><td>'
        f'<div style="margin:0 0 10px">{badge}</div>'
        f'<h1 style="font-size:19px;line-height:1.4;margin:0 0 6px">{escape(message.what)}</h1>{below}'
        f'<div style="height:8px;line-height:8px">&nbsp;</div>{_table(message.points, first=True)}'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="margin:14px 0 6px">{entries}{passages}{quotes}</table><div style="margin:6px 0 14px">{buttons}</div>'
        f"{_table(message.facts, first=False)}"
        f"{_paragraph(message.notice, 'color:#666666;font-size:12px;margin:14px 0 0')}"
        "</td></tr></table></td></tr></table></body></html>"
    )


def _table(facts: tuple[LabeledFact, ...], *, first: bool) -> str:
    size = "15px" if first else "13px"
    color = "#1a1a1a" if first else "#555555"
    rows = "".join(
        f'<tr><th align="left" valign="top" style="padding:3px 14px 3px 0;white-space:nowrap;'
        f'color:#555555;font-weight:normal">{escape(fact.label)}</th>'
        f'<td valign="top" style="padding:3px 0;color:{color};font-weight:{"bold" if fact.strong else "normal"}">'
        f"{escape(fact.value)}</td></tr>"
        for fact in facts
    )
    return f'<table cellpadding="0" cellspacing="0" border="0" style="font-size:{size}">{rows}</table>'


def _run(kind: str, words: str) -> str:
    """A run of words: deleted words are struck through, inserted words underlined, so that color is not the only sign."""
    if kind == "delete":
        return with_border(
            escape(words), '<del style="color:#a4161a;text-decoration:line-through">', "</del>"
        )
    if kind == "insert":
        return with_border(escape(words), '<ins style="color:#1b5e20;text-decoration:underline">', "</ins>")
    return escape(words)


def _paragraph(text: str, style: str) -> str:
    return f'<p style="{style}">{escape(text)}</p>'


def _digest(name: str) -> str:
    return blake2b(name.encode(), digest_size=16).hexdigest()
