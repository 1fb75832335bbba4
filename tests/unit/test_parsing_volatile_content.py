"""Noise of pages: masked where learned or known, and never a word of the law with it."""

from __future__ import annotations

import json

import pytest

from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.volatile_content import MASK, learn_volatile, mask_document, mask_text, usable


def page(*texts: str, hrefs: tuple[str, ...] = ()) -> Document:
    units = [Unit(f"Page ¶{number}", UnitKind.PARAGRAPH, text) for number, text in enumerate(texts, 1)]
    units += [
        Unit(f"Link {number}", UnitKind.PARAGRAPH, "Download", meta=(("href", href),))
        for number, href in enumerate(hrefs)
    ]
    return Document("k", DocumentKind.PAGE, "Page", "https://x.gov/", tuple(units))


class TestWhatIsLearned:
    @pytest.mark.parametrize(
        ("stored", "first", "second"),
        [
            (
                "Readers so far: 12,300 in all",
                "Readers so far: 12,345 in all",
                "Readers so far: 12,346 in all",
            ),
            (
                "Form token 0b9e22 for this page",
                "Form token f3a9c1 for this page",
                "Form token 77ab02 for this page",
            ),
            (
                "As of Thursday, November 19, 2026 at 9:12:07 PM",
                "As of Friday, November 20, 2026 at 10:22:31 AM",
                "As of Friday, November 20, 2026 at 10:22:35 AM",
            ),
            (
                "As of November 3, 2026 10:00:00 AM",
                "As of November 20, 2026 11:59:59 PM",
                "As of November 21, 2026 12:00:02 AM",
            ),
            (
                "Cache key qWeRtYuIoPaS served",
                "Cache key aBcDeFgHiJkL served",
                "Cache key zYxWvUtSrQpO served",
            ),
            (
                "Opened 1,204,311 times",
                "Opened 1,204,400 times",
                "Opened 1,204,402 times",
            ),
            ("Answered in 12 ms by web-03", "Answered in 9 ms by web-11", "Answered in 31 ms by web-07"),
        ],
    )
    def test_counters_nonces_and_clocks(self, stored: str, first: str, second: str) -> None:
        templates = learn_volatile(page(first), page(second), page(stored))
        assert templates
        assert mask_document(page(first), templates) == mask_document(page(second), templates)
        assert mask_document(page(first), templates) == mask_document(page(stored), templates), (
            "a clock takes its date with it"
        )

    def test_a_parameter_of_a_link(self) -> None:
        one, other, old = (
            page(hrefs=(f"https://x.gov/a.pdf?v=1&tok={token}",)) for token in ("aa1", "bb2", "cc3")
        )
        templates = learn_volatile(one, other, old)
        assert templates == {"?tok="}
        assert mask_document(one, templates).units[0].meta == (("href", "https://x.gov/a.pdf?v=1"),)

    def test_a_parameter_that_names_a_document_is_none(self) -> None:
        one, other, old = (page(hrefs=(f"https://x.gov/annex?id={n}",)) for n in (12, 13, 14))
        assert learn_volatile(one, other, old) == frozenset()
        learned = learn_volatile(
            *(page(hrefs=(f"https://x.gov/a?k={k}",)) for k in ("a1b2c3d4", "99ff0a", "0c0d0e1"))
        )
        assert learned == {"?k="}
        kept = page(hrefs=("https://x.gov/a?k=annex-two",))
        assert mask_document(kept, learned) == kept

    @pytest.mark.parametrize(
        "line",
        [
            "Items of ECCN {} need a license to China. | 3A001 | 3A090 | 3B001",
            "{} | 3B001 | 3B903 | 3A090",
            "{} | 12:01 | 12:02 | 12:05",
            "{} | 8f3a77bc | 11aa22bb | 99cc00dd",
            "Heading {} applies. | 9903.01.25 | 9903.01.63 | 9903.01.10",
            "See {} for the text. | 85423100 | 85423190 | 85423200",
            "The license review policy is {} of denial. | Presumption | policy | a-case-by-case",
            "See Supplement No. {} to part 744. | 4 | 6 | 7",
            "Parties of part {} need a license. | 744 | 746 | 748",
            "Docket {} is open. | BIS-2025-0001 | BIS-2025-0023 | BIS-2025-0099",
            "Regulation {} is revised. | 0694-AJ12 | 0694-AJ60 | 0694-AK01",
            "The fee is {} a year. | $100 | $120 | $140",
            "A share of {} percent or more. | 25 | 50 | 60",
            "A share of {} or more. | 25% | 50% | 60%",
            "Performance of {} TPP or more. | 1600 | 4800 | 4810",
            "Comments are due by {}, 2026. | October 29 | November 12 | November 30",
            "Comments are due by {} on October 29, 2026. | 5:00 PM | 6:30 PM | 11:59 PM",
            "Within {} days of the request. | 30 | 60 | 90",
            "The list has {} entities. | 1,200 | 1,210 | 1,211",
            "License Exception {} is available. | NAC | ACA | STA",
            "Items at or above a pressure of {} Pa. | 120 | 130 | 140",
            "See 90 FR {} for the rule. | 47201 | 47202 | 47203",
            "Document {} is in force. | 2025-19001 | 2025-19002 | 2025-19846",
        ],
    )
    def test_no_word_of_the_law_is_masked_by_any_evidence(self, line: str) -> None:
        text, *values = line.split(" | ")
        for stored in values:
            for first in values:
                for second in values:
                    three = (page("Guidance", text.format(value)) for value in (first, second, stored))
                    assert learn_volatile(*three) == frozenset(), (first, second, stored)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("Readers so far: 12,345 in all", "Readers so far: 12,346 in all"),
            ("Form token f3a9c1 for this page", "Form token 77ab02 for this page"),
            ("As of November 20, 2026 at 10:22:31 AM", "As of November 20, 2026 at 10:22:35 AM"),
        ],
    )
    def test_two_values_are_no_evidence(self, first: str, second: str) -> None:
        assert learn_volatile(page(first), page(second), page(first)) == frozenset()
        assert learn_volatile(page(first), page(second), page(second)) == frozenset()
        assert learn_volatile(page(first), page(second), page("Something else")) == frozenset()

    def test_nothing_from_equal_fetches(self) -> None:
        assert learn_volatile(page("A", "B 1"), page("A", "B 1"), page("A", "B 2")) == frozenset()

    def test_a_paragraph_that_was_put_before_it_does_not_hide_the_clock(self) -> None:
        line = "As of November 20, 2026 at 10:22:{} AM"
        templates = learn_volatile(
            page("Guidance", "A new license is required.", line.format(31)),
            page("Guidance", "A new license is required.", line.format(33)),
            page("Guidance", line.format("05")),
        )
        assert templates == {"clock: \u2402 As of ◌ \u2403"}

    def test_templates_are_plain_text_for_json(self) -> None:
        templates = learn_volatile(*(page(f"Readers so far: {n} in all") for n in (2, 3, 1)))
        assert templates
        assert frozenset(json.loads(json.dumps(sorted(templates)))) == templates


class TestWhatAnEarlierVersionLearned:
    """From two fetches alone, and for whole units: a stale node taught it the law."""

    POISONED = (
        "ECCN ◌ and for",
        "@Items › List ¶1",
        "No. ◌ to part",
        "\u2402 Readers ◌ in all",
        "token ◌ for this",
    )

    def test_is_not_used(self) -> None:
        text = "Items of ECCN 3B001 and for Supplement No. 4 to part 744, token a1b2c3 for this"
        assert mask_text(text, self.POISONED) == text
        units = (Unit("Items › List ¶1", UnitKind.ITEM, "3B001"),)
        document = Document("k", DocumentKind.PAGE, "Items", "https://x.gov/", units)
        assert mask_document(document, self.POISONED) == document

    def test_only_what_todays_rules_learn_is_usable(self) -> None:
        good = ("?tok=", "clock: \u2402 As of ◌ \u2403", "nonce: Form token ◌ for this page")
        bad = (
            "counter: Supplement No. ◌ to part",
            "clock: \u2402 ◌ \u2403",
            "word: of ◌ denial \u2403",
            "nonce: ◌ for",
        )
        assert usable((*self.POISONED, *good, *bad)) == tuple(sorted(good))

    def test_a_mask_takes_words_of_its_own_shape_only(self) -> None:
        learned = ("nonce: token ◌ for this", "clock: As of ◌ \u2403", "counter: Readers so far: ◌ in all")
        for text in (
            "token 3B001 for this", "token EAR99 for this", "token 4 for this", "As of March 4, 2026", "As of now",
            "Readers so far: nobody in all", "Readers so far: $12 in all", "Readers so far: 3A090 in all",
        ):  # fmt: skip
            assert mask_text(text, learned) == text


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
            ("10:22:31", MASK),
            ("Fri, Nov 20, 2026 10:22:31 AM EST", MASK),
            ("Trace 123e4567-e89b-12d3-a456-426614174000", f"Trace {MASK}"),
        ],
    )
    def test_common_wording_is_masked(self, text: str, quieted: str) -> None:
        assert mask_text(text) == quieted

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
            "5:00 PM",
            "November 20, 2026",
        ],
    )
    def test_law_is_not(self, text: str) -> None:
        assert mask_text(text) == text


class TestAMaskedUnit:
    TEMPLATES = learn_volatile(
        page("The fee is $100. Served as token a1b2c3 today."),
        page("The fee is $100. Served as token d4e5f6 today."),
        page("The fee is $100. Served as token 00c7d8 today."),
    )

    def test_a_real_change_next_to_noise_is_shown(self) -> None:
        before = mask_document(page("The fee is $100. Served as token a1b2c3 today."), self.TEMPLATES)
        after = mask_document(page("The fee is $120. Served as token 99ff00 today."), self.TEMPLATES)
        assert before.units[0].text == f"The fee is $100. Served as token {MASK} today."
        assert after.units[0].text == f"The fee is $120. Served as token {MASK} today."

    def test_stays_as_it_is_when_masked_again(self) -> None:
        once = mask_document(page("The fee is $100. Served as token a1b2c3 today."), self.TEMPLATES)
        assert mask_document(once, self.TEMPLATES) == once

    def test_has_a_masked_path_too_and_one_of_its_own(self) -> None:
        units = tuple(Unit(f"Visitors: {n}", UnitKind.HEADING, f"Visitors: {n}") for n in (1, 2))
        found = mask_document(Document("k", DocumentKind.PAGE, "T", "u", units)).units
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
def test_one_learning_round_is_enough_for_adjacent_clocks(line: str) -> None:
    """What two fetches a second apart teach holds for those of days before and after."""

    def at(n: int, r: int) -> Document:
        return page("Guidance", line.format(n=n, r=r))

    first, later, last = at(1, 289), at(7, 4127), at(9, 953)
    templates = learn_volatile(later, at(8, 5093), first)
    quieted = {
        unit.text for document in (first, later, last) for unit in mask_document(document, templates).units
    }
    assert len(quieted) == len(mask_document(first, templates).units)
