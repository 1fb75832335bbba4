from __future__ import annotations

import pytest

from tests.unit.sources_fakes import START
from tracker.errors import AccessDenied, UnexpectedResponse
from tracker.http.response_checks import check_no_wall, check_page, html_title, json_object, xml_root
from tracker.model import HttpResponse


def answer(body: str | bytes) -> HttpResponse:
    return HttpResponse("https://a.gov/x", 200, (), body.encode() if isinstance(body, str) else body, START)


@pytest.mark.parametrize(
    "title",
    [
        "Federal Register :: Request Access",
        "Request Access",
        "Just a moment...",
        "Attention Required! | Cloudflare",
        "Access Denied",
        "Complete the CAPTCHA to continue",
        "Are you a robot?",
        "Pardon Our Interruption...",
    ],
)
def test_the_pages_that_keep_robots_out_are_known_by_their_titles(title: str) -> None:
    with pytest.raises(AccessDenied, match="wall"):
        check_no_wall(answer(f"<html><head><title>\n {title} </title></head></html>"))


@pytest.mark.parametrize(
    "title",
    [
        "Request Access to SNAP-R | Bureau of Industry and Security",
        "BIS imposes denial order: access denied to US technology",
        "Homeland security checks at ports",
        "",
    ],
)
def test_pages_about_access_and_security_are_pages(title: str) -> None:
    check_page(answer(f"<title>{title}</title><p>text</p>"))


def test_a_title_is_searched_at_the_places_of_titles() -> None:
    assert html_title(b"<p>no title</p>") == ""
    assert html_title(b"x" * 30_000 + b"<title>late</title>") == ""
    assert html_title("<TITLE lang=en>輸出 &amp; 規制</TITLE>".encode()) == "輸出 &amp; 規制"


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b"{]", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_an_answer_that_is_no_json_object_is_reported(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        json_object(answer(body))


@pytest.mark.parametrize(
    "body", [b"", b"text", b"<a><b></a>", b"<a>", b"\x00", b"<?xml version='1.0' encoding='x'?><a/>"]
)
def test_incomplete_xml_is_reported(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        xml_root(answer(body))


def test_entities_of_xml_read_no_files_and_do_not_multiply() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    with pytest.raises(UnexpectedResponse):
        xml_root(answer(f"<!DOCTYPE a [{laughs}]><a>&l9;</a>"))
    root = xml_root(answer('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'))
    assert "".join(str(piece) for piece in root.itertext()) in ("", "&x;")
