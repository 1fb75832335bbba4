from __future__ import annotations

import pytest

from tests.unit.sources_fakes import Time
from tracker.config.models import HostLimit
from tracker.errors import Unreachable
from tracker.http.rate_limit import ECFR, FR_API, FR_TEXT, PAGES, RateLimit, RateLimiter

HOST = "www.federalregister.gov:443"


def starts(limiter: RateLimiter, time: Time, *asked: tuple[str, RateLimit]) -> list[float]:
    """At what second after the beginning each request may start."""
    begun = time.seconds
    turns = []
    for host, rate in asked:
        limiter.wait(host, rate, begun + 1000)
        turns.append(round(time.seconds - begun, 6))
    return turns


@pytest.mark.parametrize(
    ("rate", "last"), [(FR_API, 0.6), (FR_TEXT, 3.0), (ECFR, 0.375), (PAGES, 1.5)], ids=lambda x: str(x)[:20]
)
def test_requests_of_a_class_to_a_host_are_spread(rate: RateLimit, last: float) -> None:
    time = Time()
    limiter = RateLimiter((), time.monotonic, time.sleep)
    assert starts(limiter, time, *[(HOST, rate)] * 4) == pytest.approx([0, last / 3, last / 3 * 2, last])


def test_hosts_ports_and_classes_have_turns_of_their_own() -> None:
    time = Time()
    limiter = RateLimiter((), time.monotonic, time.sleep)
    assert starts(
        limiter,
        time,
        (HOST, FR_TEXT),
        (HOST, FR_API),
        ("www.ecfr.gov:443", FR_TEXT),
        ("a.gov:80", PAGES),
        ("a.gov:81", PAGES),
    ) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("name", ["www.federalregister.gov", HOST])
def test_a_rate_of_the_settings_holds_for_all_classes_of_the_host(name: str) -> None:
    time = Time()
    limiter = RateLimiter([HostLimit(name, 0.5)], time.monotonic, time.sleep)
    assert starts(limiter, time, (HOST, FR_API), (HOST, FR_TEXT), (HOST, PAGES)) == [0, 2, 4]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "10.0.0.5:80", "[::1]:80"])
def test_pages_of_this_machine_and_of_private_networks_need_no_sparing(host: str) -> None:
    time = Time()
    limiter = RateLimiter((), time.monotonic, time.sleep)
    assert starts(limiter, time, *[(host, PAGES)] * 5) == [0] * 5
    assert starts(limiter, time, *[(host, FR_API)] * 2) == [0, 0.2]


def test_a_turn_after_the_deadline_is_not_waited_for() -> None:
    time = Time()
    limiter = RateLimiter((), time.monotonic, time.sleep)
    for _ in range(3):
        limiter.wait(HOST, FR_TEXT, time.seconds + 10)
    limiter.hold(HOST, 100)
    with pytest.raises(Unreachable, match="after the time limit") as raised:
        limiter.wait(HOST, FR_TEXT, time.seconds + 10)
    assert raised.value.retry_after == pytest.approx(100)


def test_time_that_passes_by_itself_is_not_waited_for_again() -> None:
    time = Time()
    limiter = RateLimiter((), time.monotonic, time.sleep)
    limiter.wait(HOST, FR_TEXT, 5000)
    time.seconds += 30
    assert starts(limiter, time, (HOST, FR_TEXT), (HOST, FR_TEXT)) == [0, 1]
