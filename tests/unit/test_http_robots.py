from __future__ import annotations

from datetime import timedelta

import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import Site, Time, client_for, page
from tracker.errors import AccessDenied, Unreachable

BASE = "https://www.bis.gov"
RULES = page(
    "User-agent: *\nDisallow: /search/\nAllow: /search/help\n\nUser-agent: tracker\nDisallow: /private/"
)


def check(site: Site, path: str, time: Time | None = None) -> None:
    time = time or Time()
    client_for(site, time).robots.check(f"{BASE}{path}", time.seconds + 100)


def test_rules_for_our_name_are_respected() -> None:
    site = Site({"/robots.txt": RULES})
    with pytest.raises(AccessDenied, match=r"robots\.txt"):
        check(site, "/private/x")
    check(site, "/search/")  # our own group holds, not that of the others


def test_without_a_group_of_our_own_that_of_all_holds() -> None:
    site = Site({"/robots.txt": page("User-agent: *\nDisallow: /search/")})
    with pytest.raises(AccessDenied):
        check(site, "/search/all?page=2")
    check(site, "/news")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_that_has_no_rules_to_show_allows_everything(status: int) -> None:
    check(Site({"/robots.txt": httpx.Response(status)}), "/news")


def test_a_page_in_the_place_of_rules_allows_everything() -> None:
    check(
        Site({"/robots.txt": page("<!doctype html><title>Home</title>User-agent: *\nDisallow: /")}), "/news"
    )


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.Response(429), httpx.ConnectTimeout("slow")])
def test_unreadable_robots_rules_forbid_this_round_and_are_reported(failure: object) -> None:
    time = Time()
    site = Site({"/robots.txt": failure})
    client = client_for(site, time)
    for _ in range(3):
        with pytest.raises(Unreachable, match=r"robots\.txt of https://www\.bis\.gov could not be read"):
            client.robots.check(f"{BASE}/news", time.seconds + 1000)
    assert len(site.requests) == 3  # the three tries of one question, not nine


def test_unreadable_robots_rules_are_requested_again_soon() -> None:
    time = Time()
    site = Site({"/robots.txt": [httpx.Response(503), httpx.Response(503), httpx.Response(503), RULES]})
    client = client_for(site, time)
    with pytest.raises(Unreachable):
        client.robots.check(f"{BASE}/news", time.seconds + 1000)
    time.seconds += 4
    client.robots.check(f"{BASE}/news", time.seconds + 1000)


def test_robots_rules_are_requested_once_a_day() -> None:
    time = Time()
    site = Site({"/robots.txt": RULES})
    client = client_for(site, time)
    for _ in range(5):
        client.robots.check(f"{BASE}/news", time.seconds + 100)
    assert len(site.requests) == 1
    time.seconds += timedelta(days=1).total_seconds()
    client.robots.check(f"{BASE}/news", time.seconds + 100)
    assert len(site.requests) == 2


def test_rules_of_yesterday_hold_while_new_ones_cannot_be_read() -> None:
    time = Time()
    site = Site({"/robots.txt": RULES})
    client = client_for(site, time)
    client.robots.check(f"{BASE}/news", time.seconds + 100)
    site.table["/robots.txt"] = httpx.Response(503)
    time.seconds += timedelta(days=1).total_seconds()
    client.robots.check(f"{BASE}/news", time.seconds + 100)
    with pytest.raises(AccessDenied):
        client.robots.check(f"{BASE}/private/x", time.seconds + 100)
