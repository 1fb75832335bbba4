"""Calls the model that writes summaries: an OpenAI-compatible endpoint (`POST /chat/completions`) on the firm's
own network. Anything with the two attributes of `SummaryModel` can take its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from tracker.config.models import Summarizer
from tracker.errors import AccessDenied, FetchError, UnreadableAnswer
from tracker.http.client import Client

Messages = Sequence[dict[str, str]]
THINKING = "</think>"  # some models write out their reasoning first


class SummaryModel(Protocol):
    """A model that writes summaries. `model` is the name shown beside the summary."""

    @property
    def model(self) -> str: ...

    def write(self, messages: Messages) -> str:
        """Return the text of the answer. Raises UnreadableAnswer."""
        ...


class ChatEndpoint:
    """Sends one request, limited in time and size, without a retry. The guarded client admits the endpoint's
    own `host:port` even when it is private, because the settings name it, and follows no redirect to another
    one.
    """

    def __init__(self, settings: Summarizer, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def model(self) -> str:
        return self._settings.model

    def write(self, messages: Messages) -> str:
        """Return the text of the answer. Raises UnreadableAnswer."""
        wanted = self._settings
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if wanted.key:
            headers["Authorization"] = f"Bearer {wanted.key}"
        with Client(literal_hosts=wanted.literal_hosts(), clock=self._clock) as client:
            try:
                answer = client.post(
                    f"{wanted.base_url}/chat/completions",
                    body(wanted.model, messages),
                    headers=headers,
                    deadline=client.deadline(wanted.timeout),
                    max_bytes=wanted.max_answer,
                )
            except FetchError as error:
                raise _cause(error, wanted.key) from None
        return content(answer.body)


def body(model: str, messages: Messages) -> bytes:
    """Return the request body, which the prompt's hash covers."""
    asked = {"model": model, "messages": list(messages), "temperature": 0, "stream": False}
    return json.dumps(asked, ensure_ascii=False).encode()


def content(answer: bytes) -> str:
    """Return the text of the first choice. Raises UnreadableAnswer."""
    try:
        text: object = json.loads(answer)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str) or not text.strip():
        raise UnreadableAnswer(
            "the endpoint did not answer in the chat completions format", cure="check base_url"
        )
    return text.rpartition(THINKING)[2].strip()


def _cause(error: FetchError, key: str) -> UnreadableAnswer:
    """Return the cause without the endpoint's own words: some endpoints quote the rejected key."""
    match error.status:
        case 401 | 403:
            return UnreadableAnswer(f"the endpoint rejected the key ({error.status})", cure="check key")
        case 404:
            return UnreadableAnswer(
                "the endpoint does not know the address or the model (404)", cure="check base_url and model"
            )
        case int() if isinstance(error, AccessDenied) and 300 <= error.status < 400:
            return UnreadableAnswer(error.cause, cure="set base_url to the final address")
        case int() if error.status != 200:
            return UnreadableAnswer(f"the endpoint answered {error.status}")
    return UnreadableAnswer(error.cause.replace(key, "***") if key else error.cause, cure=error.cure)
