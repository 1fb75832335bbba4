"""The page of the first start: asks what is needed and writes the settings file.

It is served on this machine only, in place of the viewer, until the file is written. Every request needs the key that the
terminal shows: another user of the machine cannot write the settings. A test message goes only to services of the network,
never to Apprise's plugins that write files or start programs here.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from tracker.config.first_settings import FirstAnswers, industries, mistakes, write
from tracker.config.models import Channel
from tracker.errors import DeliveryError, TrackerError
from tracker.model import Language
from tracker.notifications.targets import try_channel
from tracker.text import fold_space
from tracker.web import rendering, security_headers
from tracker.web.accept_language import asked_for
from tracker.web.health import RequestMetrics
from tracker.web.security_headers import SecurityMiddleware, check_form
from tracker.web.watch_forms import ITEMS, items

KEY = "tracker_setup"
MOST_TESTS = 20  # test messages of one setup
# Services of the network whose test message this page sends. All others are tried by `tracker check`.
_TESTED = frozenset(
    {
        "slack",
        "workflows",
        "mailto",
        "mailtos",
        "json",
        "jsons",
        "line",
        "discord",
        "ntfy",
        "ntfys",
        "gchat",
        "tgram",
    }
)

Text = Annotated[str, Form(max_length=4_000)]
Texts = Annotated[list[str] | None, Form(max_length=50)]


class Setup:
    """The page and its state. `done` is set once the settings are written."""

    def __init__(self, path: Path, host: str) -> None:
        self.path = path
        self.key = secrets.token_urlsafe(24)
        self.done = threading.Event()
        self.tests = 0
        self._lock = threading.Lock()
        self.app = self._application(host)

    def address(self, url: str) -> str:
        return f"{url}/setup?key={self.key}"

    def _application(self, host: str) -> ASGIApp:
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.include_router(rendering.router)
        app.add_api_route("/setup", self.show, methods=["GET"], response_model=None)
        app.add_api_route("/setup", self.save, methods=["POST"], response_model=None)
        app.add_api_route("/", self.lead, methods=["GET"], response_model=None)
        app.add_exception_handler(HTTPException, self._refused)
        app.add_middleware(
            SecurityMiddleware, hosts=lambda: frozenset({host}), request_metrics=RequestMetrics()
        )
        return app

    def _refused(self, request: Request, error: Exception) -> Response:
        """Lead from an unknown address to the page; show what else was refused on it."""
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return self.lead()
        answer = self._page(
            request, FirstAnswers(), allowed=self._may(request), problems=(str(error.detail),)
        )
        answer.status_code = error.status_code
        return answer

    def lead(self) -> Response:
        return RedirectResponse("/setup", 303)

    def show(self, request: Request, key: str = "") -> Response:
        if key and self._is_key(key):
            # The key leaves the address bar and the history.
            answer = RedirectResponse("/setup", 303)
            rendering.set_cookie(request, answer, KEY, key, seconds=None, strict=True)
            return answer
        language = _language(request)
        return self._page(request, FirstAnswers(language=language), allowed=self._may(request))

    def save(
        self,
        request: Request,
        form: Text = "",
        action: Text = "",
        timezone: Text = "",
        language: Text = "",
        contact: Text = "",
        channel_id: Text = "",
        channel_url: Text = "",
        industry: Texts = None,
        eccns: Text = "",
    ) -> Response:
        if not self._may(request):
            return self._page(request, FirstAnswers(), allowed=False)
        check_form(request, form, "")
        answers = FirstAnswers(
            timezone=fold_space(timezone),
            language="en" if language == "en" else "ja",
            contact=fold_space(contact),
            channel_id=fold_space(channel_id) or "alerts",
            channel_url=channel_url.strip(),
            industries=tuple(industry or ()),
            eccns=tuple(items(eccns, ITEMS)),
        )
        problems = mistakes(answers, self.path)
        if problems:
            return self._page(request, answers, problems=problems)
        if action == "test":
            return self._page(request, answers, tested=self._try(answers))
        with self._lock:
            try:
                if not self.done.is_set():
                    write(answers, self.path)
            except TrackerError as error:
                return self._page(request, answers, problems=(error.line(),))
        answer = self._page(request, answers, done=True)
        answer.delete_cookie(KEY, httponly=True)
        self.done.set()
        return answer

    def _try(self, answers: FirstAnswers) -> tuple[str, str]:
        """Send the test message. Return the catalog entry of the result, and the answer of the service."""
        scheme = answers.channel_url.partition("://")[0].lower()
        self.tests += 1
        if scheme not in _TESTED or self.tests > MOST_TESTS:
            return "setup.test-kind", ""
        try:
            return "setup.test-ok", try_channel(
                Channel(answers.channel_id, answers.channel_url, language=answers.language)
            )
        except DeliveryError as error:
            return "setup.test-failed", error.line()

    def _is_key(self, key: str) -> bool:
        return hmac.compare_digest(key.encode(), self.key.encode())

    def _may(self, request: Request) -> bool:
        return self._is_key(request.cookies.get(KEY, ""))

    def _page(
        self,
        request: Request,
        answers: FirstAnswers,
        *,
        allowed: bool = True,
        done: bool = False,
        problems: tuple[str, ...] = (),
        tested: tuple[str, str] = ("", ""),
    ) -> HTMLResponse:
        secret = security_headers.form_secret(request)
        values: dict[str, Any] = {
            "answers": answers,
            "allowed": allowed,
            "done": done,
            "problems": problems,
            "tested": tested,
            "file": self.path.name,
            "industries": industries().values(),
            "zones": sorted(available_timezones()),
        }
        status = 403 if not allowed else 422 if problems else 200
        return rendering.page_without_store(
            request, "setup.html.j2", _language(request), secret, status=status, **values
        )


def _language(request: Request) -> Language:
    chosen = request.cookies.get("lang")
    if chosen in {"ja", "en"}:
        return "ja" if chosen == "ja" else "en"
    return asked_for(request.headers.get("accept-language", "")) or "ja"
