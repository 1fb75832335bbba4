"""Renders templates to pages, in the reader's language.

Everything that a template prints is sanitized (`tracker.sanitize`) and escaped; nothing is marked safe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from http import HTTPStatus
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tracker import __version__
from tracker.i18n import format_day, format_instant, format_minute, in_words, label, t
from tracker.model import Language
from tracker.rendering.bluebook import cite
from tracker.rendering.deadlines import confinement, days_left
from tracker.rendering.location_text import date_note, place_name
from tracker.rendering.scripts import script_runs
from tracker.rendering.source_text import agency, source_label
from tracker.sanitize import safe_url, sanitize, sanitize_line
from tracker.storage.instants import from_text
from tracker.text.words import in_japanese
from tracker.web import security_headers
from tracker.web.accept_language import asked_for
from tracker.web.authentication import principal_of
from tracker.web.context import WebContext
from tracker.web.help_text import screen_of

YEAR = 365 * 86_400
_STATIC = {
    "viewer.css": "text/css",
    "forms.css": "text/css",
    "viewer.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}

router = APIRouter(include_in_schema=False)


def _harmless(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return sanitize(value)
    return "" if value is None else value


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tracker.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    made.filters.update(line=sanitize_line, safe_url=safe_url, scripts=script_runs, cite=cite)
    made.globals.update(version=__version__, static=static_url, place_name=place_name)
    return made


def warm() -> None:
    """Compile the templates, so that the first request does not wait for it."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@cache
def _static(name: str) -> tuple[bytes, str]:
    data = resources.files("tracker.web").joinpath("static", name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:12]


def static_url(name: str) -> str:
    return f"/static/{name}?v={_static(name)[1]}"


def language_of(request: Request, web_context: WebContext) -> Language:
    """Return the language that the reader chose, else the one that the browser asks for, else that of the settings."""
    chosen = request.cookies.get("lang")
    if chosen == "ja":
        return "ja"
    if chosen == "en":
        return "en"
    return asked_for(request.headers.get("accept-language", "")) or web_context.settings.languages[0]


def asked_language(request: Request, web_context: WebContext) -> Language:
    """Return the language in the `lang` parameter, for programs, which have no cookie."""
    asked = request.query_params.get("lang")
    if asked == "ja":
        return "ja"
    return "en" if asked == "en" else language_of(request, web_context)


def number_of(text: str) -> int:
    """Return the page number of an address; 1 where it is invalid."""
    return max(1, min(int(text), 100_000)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def query(values: Mapping[str, object], **changed: object) -> str:
    """Return the query string of these values with some changed; empty ones are left out."""
    merged = {**values, **changed}
    kept = {name: str(value) for name, value in merged.items() if value not in {None, ""}}
    return f"?{urlencode(kept)}" if kept else ""


def official_language(title: str) -> Language:
    """Return the language of the official words of a document, by its title."""
    return "ja" if in_japanese(title) else "en"


def page(
    request: Request, web_context: WebContext, template: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return the page in the reader's language; the time zone comes from the settings."""
    language = language_of(request, web_context)
    zone = web_context.settings.timezone
    today = web_context.today()
    secret = security_headers.form_secret(request)
    visitor = principal_of(request)
    mark: str | None = getattr(request.state, "form_mark", None)

    this_page = request.url.path + (f"?{request.url.query}" if request.url.query else "")

    def instant(value: datetime | str) -> datetime:
        if isinstance(value, datetime):
            return value
        return from_text(value) if len(value) == 27 else datetime.fromisoformat(value)

    def as_day(value: date | str) -> str:
        return format_day(date.fromisoformat(value) if isinstance(value, str) else value, language)

    values.setdefault("official", "en")
    body = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            t=lambda key, **words: t(key, language, **words),
            label=lambda group, name: label(group, str(name), language),
            day=as_day,
            moment=lambda value: format_instant(instant(value), language, zone),
            stamp=lambda value: format_minute(instant(value), language, zone),
            days_left=lambda value: days_left(value, today, language),
            noted=lambda note, by="": date_note(note, by, language),
            confinement=lambda note, by, units: confinement(note, by, units, language),
            source_label=lambda name: source_label(web_context.settings, str(name), language),
            agency=lambda name: agency(name, language),
            in_japanese=in_japanese,
            in_words=lambda line: in_words(str(line), language),
            help_screen=screen_of(request.url.path),
            today=today,
            here=request.url.path,
            this_page=this_page,
            back=quote(this_page, safe=""),
            query=query,
            visitor=visitor,
            may=visitor.may if visitor else lambda _: False,
            form_token=partial(security_headers.form_token, secret) if mark is None else lambda: mark,
            **values,
        )
    )
    answer = HTMLResponse(
        body, status_code=status, headers={"Content-Language": language, "Vary": "Cookie, Accept-Language"}
    )
    return with_form_cookie(request, web_context, answer, secret)


def page_without_store(
    request: Request, template: str, language: Language, secret: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return a page that is shown before there are settings and a store, with the browser's form secret."""
    body = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            t=lambda key, **words: t(key, language, **words),
            in_words=lambda line: in_words(str(line), language),
            in_japanese=in_japanese,
            form_token=partial(security_headers.form_token, secret),
            **values,
        )
    )
    headers = {"Content-Language": language, "Vary": "Cookie, Accept-Language"}
    answer = HTMLResponse(body, status_code=status, headers=headers)
    if request.cookies.get(security_headers.COOKIE) != secret:
        set_cookie(request, answer, security_headers.COOKIE, secret, seconds=None, strict=True)
    return answer


def with_form_cookie(
    request: Request, web_context: WebContext, answer: HTMLResponse, secret: str
) -> HTMLResponse:
    """Set the browser's form secret, if it has none."""
    if request.cookies.get(security_headers.COOKIE) != secret:
        viewer_url = web_context.settings.viewer_url
        set_cookie(
            request, answer, security_headers.COOKIE, secret, seconds=None, strict=True, viewer_url=viewer_url
        )
    return answer


def set_cookie(
    request: Request,
    answer: Response,
    name: str,
    value: str,
    *,
    seconds: int | None = YEAR,
    strict: bool = False,
    viewer_url: str = "",
) -> None:
    """Set a cookie, `Secure` where the reader connects by TLS, to the viewer or to the proxy in `viewer_url`."""
    outer = urlsplit(viewer_url)
    encrypted = request.url.scheme == "https" or (
        outer.scheme == "https" and outer.hostname == request.url.hostname
    )
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        secure=encrypted,
        samesite="strict" if strict else "lax",
    )


def local_path(wanted: str) -> str:
    """Return a path of this viewer; `/` for anything else, so that no link of ours leads to another site."""
    return (
        wanted
        if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
        else "/"
    )


@router.get("/language/{name}")
def choose_language(request: Request, name: str, back: str = "/") -> Response:
    if name not in {"ja", "en"}:
        raise HTTPException(404)
    answer = RedirectResponse(local_path(back), 303)
    set_cookie(request, answer, "lang", name)
    return answer


@router.get("/static/{name}")
def static(name: str, request: Request) -> Response:
    if name not in _STATIC:
        raise HTTPException(404)
    data, digest = _static(name)
    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable", "ETag": f'"{digest}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=_STATIC[name], headers=headers)


_DO = frozenset({401, 403, 404, 413, 422, 429, 500, 503})  # statuses with words of their own on what to do


def _what_to_do(status: int) -> str:
    return f"web.trouble-{status if status in _DO else 422 if status < 500 else 500}-do"


def error_page(request: Request, web_context: WebContext, cause: str, status: int) -> HTMLResponse:
    """Return a page that names the cause and the cure. The plain phrase of a status is no cause."""
    plain = cause == HTTPStatus(status).phrase
    return page(
        request,
        web_context,
        "trouble.html.j2",
        status=status,
        cause="" if plain else cause,
        code=status,
        # A refusal for the role names its own cure.
        what_to_do="" if status == HTTPStatus.FORBIDDEN and cause.endswith(")") else _what_to_do(status),
    )
