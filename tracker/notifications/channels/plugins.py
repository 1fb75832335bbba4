"""Apprise's plugins for the places that trade teams live in, with our forms and the target's own answer.

Apprise reads the URL and knows the service; we take over `send`, because Apprise drops what the target
answered (status, Retry-After, why a connection broke) and shortens or converts what we made for the place.
"""

from __future__ import annotations

import contextlib
import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import replace
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import apprise
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.email.base import NotifyEmail, PGPMode
from apprise.plugins.line import NotifyLine
from apprise.plugins.slack import NotifySlack, SlackMode
from apprise.plugins.workflows import NotifyWorkflows

from tracker.clock import machine_now
from tracker.notifications.channels import email, slack, teams, webhook
from tracker.notifications.channels import line as line_app
from tracker.notifications.delivery_result import DeliveryResult, combine_results, smtp_refusal
from tracker.notifications.formats import OutboundMessage, headline, plain
from tracker.notifications.http_post import failure_cause, send_request
from tracker.recipients import ONLY
from tracker.sanitize import sanitize_line

# The answer of a channel none of whose recipients this copy is for.
NOBODY = DeliveryResult(False, "no recipient", transient=False)


def _all(answers: Mapping[str, DeliveryResult]) -> DeliveryResult:
    return combine_results(list(answers.values())) if answers else NOBODY


def _partial(answer: DeliveryResult, number: int) -> DeliveryResult:
    """The answer to a part of a long message: where an earlier part was taken, what is sent again says that it may be
    a repetition."""
    return answer if answer.ok or number == 0 else replace(answer, uncertain=True)


class TrackerPlugin:
    """What our plugins share: the parcel that they are given and the answer that they got."""

    parcel: OutboundMessage
    secret: str = ""
    answer: DeliveryResult | None = None


class Webhook(TrackerPlugin, NotifyJSON):  # type: ignore[misc]
    """`json://`, `jsons://`: the record as JSON, with the delivery's key as Idempotency-Key."""

    def send(self, *_: Any, **__: Any) -> bool:
        port = f":{self.port}" if isinstance(self.port, int) else ""
        self.answer = send_request(
            self,
            self.method,
            f"{'https' if self.secure else 'http'}://{self.host}{port}{self.fullpath}",
            {**webhook.body(self.parcel), **self.payload_extras},
            headers={"Idempotency-Key": self.parcel.key, **self.headers},
            params=self.params,
            auth=(self.user, self.password or "") if self.user else None,
            sign=self._signed if self.secret else None,
        )
        return self.answer.ok

    def _signed(self, body: bytes) -> dict[str, str]:
        return {"X-Tracker-Signature": webhook.signature(self.secret, body, int(machine_now().timestamp()))}


class Slack(TrackerPlugin, NotifySlack):  # type: ignore[misc]
    """`slack://` by webhook, bot or workflow."""

    def send(self, *_: Any, **__: Any) -> bool:
        if self.is_workflow:
            # A workflow takes the variables that it declares, by Apprise's convention `text`.
            base = self.workflow_url if self.mode == SlackMode.WORKFLOW else self.workflow_trigger_url
            url = f"{base}/{'/'.join(self.workflow_path)}"
            message = self.parcel.message
            self.answer = send_request(self, "POST", url, {"text": f"{headline(message)}\n{plain(message)}"})
        else:
            begun = slack.threads(self.parcel.handle)
            answers: dict[str, DeliveryResult] = {}
            for target in dict.fromkeys(self.channels):
                name = target or ONLY
                if self.parcel.roster.wants(name):
                    answers[name] = self._to(target, begun.get(name, ""))
                    self.parcel.roster.note(name, answers[name])
            first = {name: answer.handle for name, answer in answers.items()}
            self.answer = replace(_all(answers), handle=slack.handle_of({**first, **begun}))
        return self.answer.ok

    @property
    def is_workflow(self) -> bool:
        return self.mode in {SlackMode.WORKFLOW, SlackMode.WORKFLOW_TRIGGER}

    def _to(self, target: str | None, begun: str) -> DeliveryResult:
        """One channel's messages, below the one that began the story's thread; the second of two is not sent when the
        first was refused. Only a bot learns what its message is called, so only a bot can write below it."""
        place: dict[str, str] = {"username": self.user} if self.user else {}
        if target is not None:
            name, _, thread = target.partition(":")
            place["channel"] = name[1:] if name[0] == "+" else name if name[0] in "#@" else f"#{name}"
            if thread or begun:
                place["thread_ts"] = thread or begun
        answer = DeliveryResult(False, "nothing to send", transient=False)
        handle = begun
        for number, body in enumerate(slack.payloads(self.parcel.message)):
            answer = _partial(self._post({**body, **place}), number)
            if not answer.ok:
                break
            handle = handle or answer.handle
            if handle and "thread_ts" not in place:
                place["thread_ts"] = handle  # the rest of a long message stands below its beginning
        return replace(answer, handle=handle)

    def _post(self, body: dict[str, Any]) -> DeliveryResult:
        if self.mode != SlackMode.BOT:
            base = self.webhook_gov_url if self.mode == SlackMode.WEBHOOK_GOV else self.webhook_url
            return send_request(self, "POST", f"{base}/{self.token_a}/{self.token_b}/{self.token_c}", body)
        return send_request(
            self,
            "POST",
            self.api_url.format("chat.postMessage"),
            body,
            headers={"Authorization": f"Bearer {self.access_token}"},
            understand=slack.bot_answer,
        )


class Teams(TrackerPlugin, NotifyWorkflows):  # type: ignore[misc]
    """`workflows://`: Teams by Power Automate."""

    def send(self, *_: Any, **__: Any) -> bool:
        port = f":{self.port}" if self.port else ""
        path = "/powerautomate/automations/direct" if self.power_automate else ""
        if path and self.routing_id:
            path += f"/cu/{self.routing_id}"
        url = f"https://{self.host}{port}{path}/workflows/{self.workflow}/triggers/manual/paths/invoke"
        params = {
            "api-version": self.api_version,
            "sp": "/triggers/manual/run",
            "sv": "1.0",
            "sig": self.signature,
        }
        for number, body in enumerate(teams.payloads(self.parcel.message)):
            self.answer = _partial(send_request(self, "POST", url, body, params=params), number)
            if not self.answer.ok:
                return False
        return True


class Line(TrackerPlugin, NotifyLine):  # type: ignore[misc]
    """`line://`: pushes of the Messaging API."""

    def send(self, *_: Any, **__: Any) -> bool:
        answers: dict[str, DeliveryResult] = {}
        for target in dict.fromkeys(self.targets):
            if self.parcel.roster.wants(target):
                answers[target] = self._to(target)
                self.parcel.roster.note(target, answers[target])
        self.answer = _all(answers)
        return self.answer.ok

    def _to(self, target: str) -> DeliveryResult:
        """One recipient's pushes; the second of two is not sent when the first was refused."""
        answer = DeliveryResult(False, "nothing to send", transient=False)
        for number, messages in enumerate(line_app.push_payloads(self.parcel.message)):
            answer = send_request(
                self,
                "POST",
                self.notify_url,
                {"to": target, "messages": messages},
                headers={
                    "Authorization": f"Bearer {self.token}",
                    "X-Line-Retry-Key": line_app.retry_key(self.parcel.key, target, number),
                },
                understand=line_app.read_answer,
            )
            answer = _partial(answer, number)
            if not answer.ok:
                break
        return answer


class Mail(TrackerPlugin, NotifyEmail):  # type: ignore[misc]
    """`mailto://`, `mailtos://`: one mail to all recipients of the channel that do not have it yet."""

    def send(self, *arguments: Any, **named: Any) -> bool:
        if self.encrypted:
            return bool(super().send(*arguments, **named))  # Apprise signs and encrypts; we do not
        everybody = dict.fromkeys([*(spec for _, spec in self.targets), *self.cc, *self.bcc])
        wanted = [address for address in everybody if self.parcel.roster.wants(address)]
        answers = self._mailed(wanted) if wanted else {}
        for address, answer in answers.items():
            self.parcel.roster.note(address, answer)
        # What happened to the mail as a whole is said once, not once for every recipient.
        same = len({answer.text for answer in answers.values()}) == 1
        self.answer = next(iter(answers.values())) if same else _all(answers)
        if same and self.answer.ok:
            self.answer = replace(self.answer, text=f"250 taken for {len(answers)}")
        return self.answer.ok

    @property
    def encrypted(self) -> bool:
        return bool(self.pgp_mode != PGPMode.NONE)

    def _letter(self) -> EmailMessage:
        def address(spec: str, name: str | None = None) -> Address:
            return Address(sanitize_line(name or self.names.get(spec) or ""), addr_spec=spec)

        headers = dict(self.headers)
        if self.reply_to:
            headers["Reply-To"] = ", ".join(str(address(spec)) for spec in sorted(self.reply_to))
        return email.email(
            self.parcel,
            sender=address(self.from_addr[1], self.from_addr[0] or "tracker"),
            to=tuple(address(spec, name) for name, spec in self.targets),
            cc=tuple(address(spec) for spec in sorted(self.cc)),
            sent_at=machine_now(),
            headers=headers,
        )

    def _mailed(self, recipients: list[str]) -> dict[str, DeliveryResult]:
        """Sends the mail to these recipients; the answer for each of them."""

        def every(answer: DeliveryResult) -> dict[str, DeliveryResult]:
            return dict.fromkeys(recipients, answer)

        try:
            letter = self._letter()
        except (ValueError, MessageError) as error:
            return every(
                DeliveryResult(
                    False, f"the mail could not be made: {sanitize_line(str(error))}", transient=False
                )
            )
        server = None
        taken = DeliveryResult(True, "250 taken")
        try:
            server = self._server()
            refused = server.send_message(letter, self.from_addr[1], recipients)
        except smtplib.SMTPServerDisconnected as error:
            return every(DeliveryResult(False, sanitize_line(str(error)), uncertain=server is not None))
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
            taken = DeliveryResult(False, "the server took it for nobody")  # it ends the session with a 421
        except smtplib.SMTPException as error:
            return every(smtp_refusal(error))
        except OSError as error:
            return every(DeliveryResult(False, failure_cause(error), uncertain=server is not None))
        finally:
            if server is not None:
                # What the server does after it took or refused the mail changes nothing.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.quit()
        return {
            address: smtp_refusal(smtplib.SMTPRecipientsRefused({address: refused[address]}))
            if address in refused
            else taken
            for address in recipients
        }

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
        """Made only where it is used: loading the system's certificates takes 40 ms."""
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class File(TrackerPlugin, apprise.NotifyBase):  # type: ignore[misc]
    """`tofile:///var/log/alerts.txt`: appends each alert to a file in one write."""

    service_name = "File"
    protocol = "tofile"
    request_rate_per_sec = 0

    def __init__(self, path: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path = Path(path)

    def url(self, *_: Any, **__: Any) -> str:
        return f"tofile://{self.path}"

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        results: dict[str, Any] | None = apprise.NotifyBase.parse_url(url, verify_host=False)
        if results:
            results["path"] = apprise.NotifyBase.unquote(url.partition("://")[2].partition("?")[0])
        return results

    def send(self, *_: Any, **__: Any) -> bool:
        message = self.parcel.message
        rule = "-" * 72
        letter = self.parcel.letter
        body = letter.text if letter else f"{headline(message)}\n{plain(message)}"
        entry = f"{rule}\n{body}\n\n".encode()
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                # One write at the end of the file, so that entries of two processes never mix.
                written = os.write(handle, entry)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            self.answer = DeliveryResult(False, failure_cause(error))
        else:
            whole = written == len(entry)
            self.answer = DeliveryResult(
                whole, f"{written} of {len(entry)} bytes appended", uncertain=not whole
            )
        return self.answer.ok


REPLACED: dict[type, type[TrackerPlugin]] = {
    NotifyJSON: Webhook,
    NotifySlack: Slack,
    NotifyWorkflows: Teams,
    NotifyEmail: Mail,
    NotifyLine: Line,
}
