"""Noise of pages: masked where learned or known, and never a word of the law with it."""

from __future__ import annotations

import json

import pytest

from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parse.noise import MASK, masked, quiet, volatile


def page(*texts: str, hrefs: tuple[str, ...] = ()) -> Document:
    units = [Unit(f"Page ¶{number}", UnitKind.PARAGRAPH, text) for number, text in enumerate(texts, 1)]
    units += [
        Unit(f"Link {number}", UnitKind.PARAGRAPH, "Download", meta=(("href", href),))
        for number, href in enumerate(hrefs)
    ]
    return Document("k", DocumentKind.PAGE, "Page", "https://x.gov/", tuple(units))


class TestWhatIsLearned:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("Readers so far: 12,345 in all", "Readers so far: 12,346 in all"),
            ("Form token f3a9c1 for this page", "Form token 77ab02 for this page"),
            (
                "As of Friday, November 20, 2026 at 10:22:31 AM",
                "As of Friday, November 20, 2026 at 10:22:35 AM",
            ),
            ("As of November 20, 2026 11:59:59 PM", "As of November 21, 2026 12:00:02 AM"),
            ("Cache key aBcDeFgHiJkL served", "Cache key zYxWvUtSrQpO served"),
        ],
    )
    def test_counters_nonces_and_clocks(self, first: str, second: str) -> None:
        templates = volatile(page(first), page(second))
        assert templates
        assert quiet(page(first), templates) == quiet(page(second), templates)

    def test_a_parameter_of_a_link(self) -> None:
        one, other = (page(hrefs=(f"https://x.gov/a.pdf?v=1&tok={token}",)) for token in ("aa1", "bb2"))
        templates = volatile(one, other)
        assert templates == {"?tok="}
        assert quiet(one, templates).units[0].meta == (("href", "https://x.gov/a.pdf?v=1"),)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("The fee is $100 a year", "The fee is $120 a year"),
            ("Comments are due by October 29, 2026.", "Comments are due by November 12, 2026."),
            (
                "Comments are due by 5:00 PM on October 29, 2026.",
                "Comments are due by 5:00 PM on November 12, 2026.",
            ),
            ("A share of 50 percent or more", "A share of 25 percent or more"),
            ("Performance of 4800 TPP or more", "Performance of 1600 TPP or more"),
            ("Exports to China are permitted", "Exports to China are prohibited"),
            ("See § 744.11 of the EAR", "See § 744.23 of the EAR"),
            ("One line", "One line and more words"),
        ],
    )
    def test_nothing_that_may_be_law(self, first: str, second: str) -> None:
        assert volatile(page(first), page(second)) == frozenset()

    def test_nothing_from_two_equal_fetches(self) -> None:
        assert volatile(page("A", "B 1"), page("A", "B 1")) == frozenset()

    def test_templates_are_plain_text_for_json(self) -> None:
        templates = volatile(page("Readers so far: 1 in all"), page("Readers so far: 2 in all"))
        assert frozenset(json.loads(json.dumps(sorted(templates)))) == templates


class TestWhatIsKnown:
    @pytest.mark.parametrize(
        ("text", "quieted"),
        [
            ("Page generated at 10:22:31 AM EST", f"Page generated at {MASK}"),
            ("This page was rendered on Nov. 20, 2026 at 10:22", f"This page was rendered on {MASK}"),
            ("Page generated in 0.123 seconds", f"Page generated in {MASK}"),
            ("Last rendered: 2026-11-20T10:22:31", f"Last rendered: {MASK}"),
            ("You are visitor number 1,234", f"You are visitor number {MASK}"),
            ("Visitors: 99 812", f"Visitors: {MASK}"),
            ("Session ID: 8f3a-77bc90", f"Session ID: {MASK}"),
            ("Ray ID: 8f3a77bc90ab", f"Ray ID: {MASK}"),
            ("Current time: 10:22 PM", f"Current time: {MASK}"),
            ("Today is Friday, November 20, 2026", f"Today is {MASK}"),
            ("Trace 123e4567-e89b-12d3-a456-426614174000", f"Trace {MASK}"),
        ],
    )
    def test_common_wording_is_masked(self, text: str, quieted: str) -> None:
        assert masked(text) == quieted

    @pytest.mark.parametrize(
        "text",
        [
            "The rule is effective November 20, 2026 at 8:45 AM.",
            "Page last updated: November 20, 2026",
            "The fee for a session is $120.",
            "A document served on January 1, 2026 is in time.",
            "Waste generated on January 1, 2026 counts.",
            "Received by 5:00 PM Eastern Time October 29, 2026.",
            "Reference #: BIS-2025-0001",
            "A license is required at 4,800 TPP as of January 1, 2026.",
            "Comments close at 11:59 PM Eastern Time on October 29, 2026.",
            "The time limit is 30 days from the request.",
            "Requests received by 5 p.m. today are served first.",
            "Views of the public: 12 comments favoured the rule.",
            "See 15 CFR 744.23(a)(2) and 90 FR 47201.",
        ],
    )
    def test_law_is_not(self, text: str) -> None:
        assert masked(text) == text


class TestAMaskedUnit:
    TEMPLATES = volatile(
        page("The fee is $100. Served as token a1b2c3 today."),
        page("The fee is $100. Served as token d4e5f6 today."),
    )

    def test_shows_a_real_change_beside_the_noise(self) -> None:
        before = quiet(page("The fee is $100. Served as token a1b2c3 today."), self.TEMPLATES)
        after = quiet(page("The fee is $120. Served as token 99ff00 today."), self.TEMPLATES)
        assert before.units[0].text == f"The fee is $100. Served as token {MASK} today."
        assert after.units[0].text == f"The fee is $120. Served as token {MASK} today."

    def test_stays_as_it_is_when_masked_again(self) -> None:
        once = quiet(page("The fee is $100. Served as token a1b2c3 today."), self.TEMPLATES)
        assert quiet(once, self.TEMPLATES) == once

    def test_has_a_masked_path_too_and_one_of_its_own(self) -> None:
        units = tuple(Unit(f"Visitors: {n}", UnitKind.HEADING, f"Visitors: {n}") for n in (1, 2))
        found = quiet(Document("k", DocumentKind.PAGE, "T", "u", units)).units
        assert [unit.path for unit in found] == [f"Visitors: {MASK}", f"Visitors: {MASK} [2]"]


@pytest.mark.parametrize(
    "line",
    [
        "Page generated at 2026-11-22 03:33:{n:02} in 0.0{r} s",
        "You are visitor number {r}. Visitors today: {n}1{r}",
        "Today is Sunday, November 22, 2026 03:47:{n:02}",
        "This page was last rendered at 03:4{n}:07 for session a{r}f{r} and has been read {r} times.",
        "Rendered by node-{n}{r}a at 2026-11-22T03:47:{n:02}Z in {r} ms",
    ],
)
def test_one_learning_round_is_enough_for_clocks_that_stand_together(line: str) -> None:
    """What two fetches a second apart teach holds for those of days before and after."""

    def at(n: int, r: int) -> Document:
        return page("Guidance", line.format(n=n, r=r))

    first, later, last = at(1, 289), at(7, 4127), at(9, 953)
    templates = volatile(later, at(8, 5093))
    quieted = {unit.text for document in (first, later, last) for unit in quiet(document, templates).units}
    assert len(quieted) == len(quiet(first, templates).units)
