"""Citations as a lawyer copies them."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.rendering.bluebook import cite, cite_version


@pytest.mark.parametrize(
    ("path", "cited"),
    [
        ("15 CFR 744.11(a)(1)", "15 C.F.R. § 744.11(a)(1)"),
        ("15 CFR 744.11", "15 C.F.R. § 744.11"),
        ("15 CFR 744", "15 C.F.R. pt. 744"),
        ("10 CFR 110 › Subpart A", "10 C.F.R. pt. 110, subpt. A"),
        (
            "10 CFR 110 › Appendix B to Part 110—Illustrative List",
            "10 C.F.R. pt. 110, app. B",
        ),
        ("15 CFR 744.21(b)(2) › Note 1", "15 C.F.R. § 744.21(b)(2) (Note 1)"),
        ("15 CFR 744.21 ¶2", "15 C.F.R. § 744.21 (¶ 2)"),
        (
            "Supp. No. 4 to Part 744 › JAPAN › Some Co., Ltd.",
            "15 C.F.R. pt. 744, supp. no. 4 (Japan: Some Co., Ltd.)",
        ),
        ("Supp. No. 4 to Part 744 › Footnote 4", "15 C.F.R. pt. 744, supp. no. 4 (Footnote 4)"),
        ("Supp. No. 4 to Part 744 ¶1", "15 C.F.R. pt. 744, supp. no. 4 (¶ 1)"),
        ("Supp. No. 1 to Part 774 › 3B001 › c.1.a", "15 C.F.R. pt. 774, supp. no. 1 (ECCN 3B001.c.1.a)"),
        (
            "Supp. No. 1 to Part 774 › 9A012 › a.2 › Technical Notes ¶1",
            "15 C.F.R. pt. 774, supp. no. 1 (ECCN 9A012.a.2: Technical Notes ¶ 1)",
        ),
        (
            "Supp. No. 1 to Part 774 › 9A012 › List of Items Controlled",
            "15 C.F.R. pt. 774, supp. no. 1 (ECCN 9A012: List of Items Controlled)",
        ),
        ("3B001.c.1", "15 C.F.R. pt. 774, supp. no. 1 (ECCN 3B001.c.1)"),
        ("90 FR 47201", "90 Fed. Reg. 47,201"),
        ("90 FR 4720", "90 Fed. Reg. 4720"),
        ("E.O. 14257", "Exec. Order No. 14,257"),
        ("Proclamation 10908", "Proclamation No. 10,908"),
        ("Press release › Background › ¶2", "Press release › Background › ¶2"),
        ("9903.01.25", "HTSUS 9903.01.25"),
        ("8541.10.00 › Other", "HTSUS 8541.10.00 (Other)"),
        ("Subchapter III › U.S. note 33(b)", "HTSUS ch. 99, subch. III, U.S. note 33(b)"),
    ],
)
def test_a_unit_is_cited_in_the_form_of_the_bluebook(path: str, cited: str) -> None:
    assert cite(path) == cited


def test_a_citation_carries_the_day_and_the_hash_of_the_text() -> None:
    cited = cite_version("15 CFR 744.11(a)(1)", date(2025, 9, 30), "ab" * 32)
    assert cited == f"15 C.F.R. § 744.11(a)(1) (as of Sept. 30, 2025; SHA-256 {'ab' * 32})"
    assert cite_version("15 CFR 744.11", None) == "15 C.F.R. § 744.11"


def test_a_page_is_cited_with_its_address() -> None:
    cited = cite_version("Press release › ¶2", date(2025, 5, 1), address="https://example.gov/a")
    assert cited == "Press release › ¶2, https://example.gov/a (as of May 1, 2025)"
    assert "example.gov" not in cite_version("15 CFR 744.11", None, address="https://example.gov/a")


def test_control_characters_of_a_page_do_not_reach_a_citation() -> None:
    assert "\x1b" not in cite("Page \x1b[31m › ¶2")
