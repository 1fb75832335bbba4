from __future__ import annotations

import pytest

from tracker.http.address import absolute, canonical, host_port, is_local, secured
from tracker.sources.page.links import anchors_of


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("HTTPS://WWW.BIS.gov", "https://www.bis.gov/"),
        ("https://www.bis.gov:443/a#top", "https://www.bis.gov/a"),
        ("http://a.gov:80/x?utm_source=mail&id=7&gclid=1", "http://a.gov/x?id=7"),
        ("http://a.gov/x?utm_source=mail", "http://a.gov/x"),
        ("http://a.gov:8080/x?b=2&a=1", "http://a.gov:8080/x?b=2&a=1"),
        ("http://[::1]:9/x", "http://[::1]:9/x"),
        ("http://a.gov/one two", "http://a.gov/one%20two"),
        ("  http://a.gov/x ", "http://a.gov/x"),
        ("mailto:x@a.gov", ""),
        ("javascript:alert(1)", ""),
        ("http://", ""),
        ("http://a.gov:port/", ""),
        ("//a.gov/x", ""),
    ],
)
def test_one_page_has_one_spelling(url: str, wanted: str) -> None:
    assert canonical(url) == wanted
    assert canonical(wanted) == wanted


def test_relative_links_are_resolved_from_their_page() -> None:
    assert absolute("https://a.gov/news/1", "../media/x.pdf#page=2") == "https://a.gov/media/x.pdf"
    assert absolute("https://a.gov/news/1", "//b.gov/y") == "https://b.gov/y"
    assert absolute("https://a.gov/", "http://[bad") == ""


def test_a_host_is_named_with_its_port() -> None:
    assert host_port("https://A.gov/x") == "a.gov:443"
    assert host_port("http://a.gov:8080") == "a.gov:8080"
    assert host_port("file:///etc/hostname") == ""
    assert host_port("http://a.gov:x/") == ""


def test_local_is_this_machine_and_private_networks() -> None:
    assert is_local("localhost:80")
    assert is_local("192.168.0.1:80")
    assert not is_local("www.bis.gov:443")
    assert not is_local("8.8.8.8:53")


@pytest.mark.parametrize(
    ("page", "named", "asked"),
    [
        ("https://www.bis.gov/a", "http://www.bis.gov/annex.pdf", "https://www.bis.gov/annex.pdf"),
        ("https://www.bis.gov/a", "http://media.bis.gov/x?y=1", "https://media.bis.gov/x?y=1"),
        ("https://www.bis.gov/a", "http://www.bis.gov:8080/x", "http://www.bis.gov:8080/x"),
        ("https://www.bis.gov/a", "http://127.0.0.1/x", "http://127.0.0.1/x"),
        ("http://www.bis.gov/a", "http://www.bis.gov/x", "http://www.bis.gov/x"),
        ("https://www.bis.gov/a", "", ""),
    ],
)
def test_a_page_over_https_leads_to_nothing_over_http(page: str, named: str, asked: str) -> None:
    assert secured(page, named) == asked


def test_links_of_a_page_over_https_are_requested_over_https() -> None:
    body = b'<a href="http://www.bis.gov/b">one</a><a href="/c">two</a>'
    assert [url for url, _ in anchors_of(body, "https://www.bis.gov/a")] == [
        "https://www.bis.gov/b",
        "https://www.bis.gov/c",
    ]
