"""Records of amendatory instructions."""

import pytest

from tracker.amendments.actions import Portion, Step, StepKind, Target


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (Target("15", "744"), "15 CFR 744"),
        (Target("15", "744", (Step(StepKind.SUBPART, "A"),)), "15 CFR 744 › Subpart A"),
        (
            Target(
                "15",
                "744",
                (
                    Step(StepKind.SECTION, "744.11"),
                    Step(StepKind.PARAGRAPH, "a"),
                    Step(StepKind.PARAGRAPH, "1"),
                ),
                Portion.INTRODUCTORY_TEXT,
            ),
            "15 CFR 744.11(a)(1) › introductory text",
        ),
        (
            Target("15", "744", (Step(StepKind.SUPPLEMENT, "4"), Step(StepKind.COUNTRY, "CHINA"))),
            "Supp. No. 4 to Part 744 › CHINA",
        ),
        (
            Target(
                "12",
                "1026",
                (
                    Step(StepKind.SUPPLEMENT, "I"),
                    Step(StepKind.COMMENTARY, "1026.36"),
                    Step(StepKind.COMMENT_HEADING, "36(a)"),
                    Step(StepKind.COMMENT, "4.ii"),
                ),
            ),
            "Supp. I to Part 1026 › Commentary on 1026.36 › 36(a) › comment 4.ii",
        ),
    ],
)
def test_a_target_is_written_as_the_readers_of_the_code_write_it(target: Target, path: str) -> None:
    assert target.path == path


def test_labels_are_those_of_one_kind() -> None:
    target = Target(
        "15",
        "744",
        (Step(StepKind.SECTION, "744.11"), Step(StepKind.PARAGRAPH, "a"), Step(StepKind.PARAGRAPH, "1")),
    )
    assert target.labels(StepKind.PARAGRAPH) == ("a", "1")
    assert target.labels(StepKind.ECCN) == ()
