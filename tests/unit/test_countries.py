"""Countries are known by each printed form of their names."""

from __future__ import annotations

import pytest

from tracker.countries import countries_in, place_of
from tracker.screening.report import country_name


@pytest.mark.parametrize(
    "printed", ["TÜRKİYE", "Türkiye", "TÜRKIYE", "turkey", "Turkıye", "Tur\N{KELVIN SIGN}ey"]
)
def test_a_name_in_other_letters_of_the_same_sound_is_the_country(printed: str) -> None:
    assert [one.id for one in countries_in(f"in {printed}, and others")] == ["turkey"]
    found = place_of(printed)
    assert found is not None
    assert found.id == "turkey"


@pytest.mark.parametrize(
    ("printed", "words"),
    [("CN", "中国"), ("CHINA, PEOPLE'S REPUBLIC OF", "中国"), ("TÜRKİYE", "トルコ"), ("Atlantis", "Atlantis"), ("", "")],
)  # fmt: skip
def test_a_country_is_said_in_the_readers_words(printed: str, words: str) -> None:
    assert country_name(printed, "ja") == words
