"""Who writes summaries: anything with a `Writer`'s two attributes; here, a model behind an interface like OpenAI's
(`POST /chat/completions`), on the firm's own network.
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
THINKING = "</think>"  # some models think aloud first


class SummaryModel(Protocol):
    """`model` is the name that stands beside what it wrote."""

    @property
    def model(self) -> str: ...

    def write(self, messages: Messages) -> str:
        """The text of its answer. Raises NoAnswer."""
        ...


class ChatEndpoint:
    """Talks through the guarded client: the endpoint's own `host:port` may be private because the settings name it, and
    it can lead nowhere else. One request, bounded in time and size, no second try: who asks again is the caller's."""

    def __init__(self, settings: Summarizer, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def model(self) -> str:
        return self._settings.model

    def write(self, messages: Messages) -> str:
        """Raises NoAnswer."""
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
                raise _why(error, wanted.key) from None
        return content(answer.body)


def body(model: str, messages: Messages) -> bytes:
    """What is sent, and what the prompt's hash is of."""
    asked = {"model": model, "messages": list(messages), "temperature": 0, "stream": False}
    return json.dumps(asked, ensure_ascii=False).encode()


def content(answer: bytes) -> str:
    """The text of the first choice. Raises NoAnswer."""
    try:
        text: object = json.loads(answer)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str) or not text.strip():
        raise UnreadableAnswer("the endpoint did not answer as chat completions do", cure="check base_url")
    return text.rpartition(THINKING)[2].strip()


def _why(error: FetchError, key: str) -> UnreadableAnswer:
    """Without the endpoint's own words: some say the key again that they refuse."""
    match error.status:
        case 401 | 403:
            return UnreadableAnswer(f"the endpoint does not admit us ({error.status})", cure="check key")
        case 404:
            return UnreadableAnswer(
                "the endpoint knows no such address or model (404)", cure="check base_url and model"
            )
        case int() if isinstance(error, AccessDenied) and 300 <= error.status < 400:
            return UnreadableAnswer(error.cause, cure="name the address itself in base_url")
        case int() if error.status != 200:
            return UnreadableAnswer(f"the endpoint answered {error.status}")
    return UnreadableAnswer(error.cause.replace(key, "***") if key else error.cause, cure=error.cure)
