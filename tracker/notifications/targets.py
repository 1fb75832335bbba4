"""Sends messages to a channel's URL through Apprise, which knows some 140 services.

The services of `channels/` get messages in their own format; all others get plain text from Apprise's plugin.
Only this module and `channels/` import Apprise. Its loggers are cut off: at DEBUG they print tokens, and some of
its warnings print them too.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import apprise
from apprise.exception import AppriseException
from apprise.manager_plugins import NotificationManager
from apprise.plugins import url_to_dict
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.line import NotifyLine
from apprise.plugins.slack import NotifySlack
from apprise.plugins.workflows import NotifyWorkflows

from tracker.clock import machine_now
from tracker.config.models import Channel
from tracker.errors import DeliveryError
from tracker.model import Level
from tracker.notifications.channels.base import NO_RECIPIENT, TrackerPlugin
from tracker.notifications.channels.email import EmailPlugin
from tracker.notifications.channels.file import FilePlugin
from tracker.notifications.channels.line import LinePlugin
from tracker.notifications.channels.slack import SlackPlugin
from tracker.notifications.channels.teams import TeamsPlugin
from tracker.notifications.channels.webhook import WebhookPlugin
from tracker.notifications.delivery_result import DeliveryResult, combine_results, http_answer, redact
from tracker.notifications.formats import OutboundMessage, defuse_mentions, headline, plain
from tracker.notifications.recipient_list import summary
from tracker.notifications.test_message import test_message
from tracker.plugins import CHANNELS, plugins, problems
from tracker.sanitize import sanitize_line
from tracker.storage.deliveries import ONLY

logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").setLevel(logging.WARNING)
logging.getLogger("urllib3").setLevel(logging.INFO)  # its DEBUG lines carry the paths of webhooks

CONNECT_TIMEOUT = 8.0
READ_TIMEOUT = 15.0

# Each channel has a thread of ours. Apprise must neither start threads nor wait in its own pool, where six targets that
# hang would stop all others. No redirects: see `delivery_result.http_answer`.
_ASSET = apprise.AppriseAsset(
    app_id="tracker",
    app_desc="tracker",
    async_mode=False,
    storage_mode="memory",
    service_timeout=0,
    http_redirects=False,
)
# The plugins that take the place of Apprise's own.
_PLUGINS: dict[type, type[TrackerPlugin]] = {
    NotifyJSON: WebhookPlugin,
    NotifySlack: SlackPlugin,
    NotifyWorkflows: TeamsPlugin,
    NotifyEmail: EmailPlugin,
    NotifyLine: LinePlugin,
}
# How Apprise's plugins log a refusal: "Failed to send ntfy notification: Bad Request, error=400."
_STATUS = re.compile(r"\berror=([1-5]\d\d)\b")
_NOTIFY_TYPES = {
    Level.CRITICAL: apprise.NotifyType.FAILURE,
    Level.HIGH: apprise.NotifyType.WARNING,
}


def send(channel: Channel, parcel: OutboundMessage) -> DeliveryResult:
    """Sends one message to one channel and returns the result. A failure of the target is a result, not an exception."""
    parcel.roster.hide = partial(_redacted, channel=channel)
    try:
        plugins = _plugins(channel)
    except DeliveryError as error:
        return DeliveryResult(False, error.line(), transient=False)
    return _redacted(_send_to_recipients(plugins, parcel), channel)


def try_channel(channel: Channel) -> str:
    """Sends a test message and returns the target's answer.

    Raises DeliveryError, with a cure where one is known, when the target does not accept it.
    """
    parcel = test_message(channel.language or "ja", machine_now().replace(microsecond=0))
    parcel.roster.hide = partial(_redacted, channel=channel)
    answer = summary(
        parcel.roster.answers, _redacted(_send_to_recipients(_plugins(channel), parcel), channel)
    )
    if not answer.ok:
        raise DeliveryError(
            answer.text,
            cure="it may be there again later" if answer.transient else "look at the channel's url",
            transient=answer.transient,
            retry_after=answer.retry_after.total_seconds() if answer.retry_after else None,
        )
    return answer.text


def _redacted(answer: DeliveryResult, channel: Channel) -> DeliveryResult:
    return replace(answer, text=redact(answer.text, channel.url))


def _plugins(channel: Channel) -> dict[str, Any]:
    """The plugins for a channel's URL by recipient name. The plugins of `channels/` handle their recipients themselves
    (one entry, `ONLY`). Apprise's own report only one result for all recipients, so each recipient gets a plugin of its
    own. Raises DeliveryError for a URL that cannot be used; its text never shows the URL."""
    manager = NotificationManager()
    if FilePlugin.protocol not in manager:
        manager.add(FilePlugin, schemas=FilePlugin.protocol)
    for plugin_class in plugins(CHANNELS).values():  # Apprise plugins, by the scheme of their URLs
        if plugin_class.protocol not in manager:
            manager.add(plugin_class, schemas=plugin_class.protocol)
    arguments = url_to_dict(channel.url, secure_logging=True)
    cure = "see the Apprise URL of the service; its words must be percent-encoded"
    if arguments is None:
        problem = problems(CHANNELS).get(channel.url.partition("://")[0])
        raise DeliveryError(
            problem or "the url is not one that Apprise supports", cure="" if problem else cure
        )
    kind = manager[arguments["schema"]]
    plugin_class = _PLUGINS.get(kind, kind)
    try:
        plugin = plugin_class(**{**arguments, "asset": _ASSET})
        encrypted = isinstance(plugin, EmailPlugin) and plugin.encrypted
        listed = [address for _, address in plugin.targets] if encrypted else arguments.get("targets")
        targets = list(dict.fromkeys(listed or ()))
        if len(targets) < 2 or (isinstance(plugin, TrackerPlugin) and not encrypted):
            return {ONLY: _configured(plugin, channel, arguments)}
        found = {}
        for number, target in enumerate(targets):
            # Cc and Bcc copies are sent with the first recipient only.
            less = {"cc": "", "bcc": ""} if encrypted and number else {}
            one = plugin_class(**{**arguments, **less, "targets": [target], "asset": _ASSET})
            found[_recipient_name(kind, number, target)] = _configured(one, channel, arguments)
    except (TypeError, ValueError, AttributeError, AppriseException) as error:
        raise DeliveryError("the url cannot be used", cure=cure) from error
    return found


def _configured(plugin: Any, channel: Channel, arguments: Mapping[str, Any]) -> Any:
    if "cto" not in arguments:
        plugin.socket_connect_timeout = CONNECT_TIMEOUT
    if "rto" not in arguments:
        plugin.socket_read_timeout = READ_TIMEOUT
    if isinstance(plugin, TrackerPlugin):
        plugin.channel = channel
    return plugin


def _recipient_name(kind: type, number: int, target: Any) -> str:
    """The name of a recipient: its address, or a hash where Apprise marks addresses of this service as private."""
    tokens = getattr(kind, "template_tokens", {})
    group = tokens.get("targets", {}).get("group", ())
    if any(tokens.get(name, {}).get("private") for name in group):
        digest = hashlib.sha256(str(target).encode()).hexdigest()[:6]
        return f"recipient {number + 1} ({digest})"
    return sanitize_line(str(target))


def _send_to_recipients(plugins: Mapping[str, Any], parcel: OutboundMessage) -> DeliveryResult:
    """Sends to each recipient that still needs the message, and returns the combined result."""
    found = []
    for name, plugin in plugins.items():
        if name == ONLY and _handles_recipients(plugin):
            found.append(_send_one(plugin, parcel))
        elif parcel.roster.wants(name):
            answer = _send_one(plugin, parcel)
            parcel.roster.note(name, answer)
            found.append(answer)
    return combine_results(found) if found else NO_RECIPIENT


def _handles_recipients(plugin: Any) -> bool:
    """Whether the plugin handles each of its recipients itself."""
    if isinstance(plugin, EmailPlugin):
        return not plugin.encrypted
    return isinstance(plugin, LinePlugin) or (isinstance(plugin, SlackPlugin) and not plugin.is_workflow)


def _send_one(plugin: Any, parcel: OutboundMessage) -> DeliveryResult:
    """Sends through Apprise. For Apprise's own plugins the answer is the log text; where it has no status, the result is
    uncertain."""
    message = parcel.message
    accepted_parts = 0
    if isinstance(plugin, TrackerPlugin):
        plugin.parcel = parcel
    else:
        plugin.overflow_mode = apprise.OverflowMode.SPLIT
        part = plugin.send

        def counted(*arguments: Any, **named: Any) -> bool:
            nonlocal accepted_parts
            ok = bool(part(*arguments, **named))
            accepted_parts += ok
            return ok

        plugin.send = counted
    server = apprise.Apprise(asset=_ASSET)
    server.add(plugin)
    result = server.notify(
        body=plain(message),
        title=defuse_mentions(f"{headline(message)} {message.what}"),
        notify_type=_NOTIFY_TYPES.get(message.level, apprise.NotifyType.INFO),
        body_format=apprise.NotifyFormat.TEXT,
    )
    logged = sanitize_line("; ".join(str(entry.message) for entry in result.logs()))
    if isinstance(plugin, TrackerPlugin) and plugin.answer is not None:
        return plugin.answer
    # With `?optional=yes` Apprise reports success for a failure: only the attempts are reliable.
    if any(attempt for service in result for attempt in service.attempts):
        return DeliveryResult(True, "taken")
    status = _STATUS.search(logged)
    if status:
        # Where a part of a long message was accepted, the retry is labeled as a possible repetition.
        answer = http_answer(int(status.group(1)), logged, None, machine_now())
        return replace(answer, uncertain=accepted_parts > 0)
    return DeliveryResult(False, logged or "not taken", uncertain=True)
