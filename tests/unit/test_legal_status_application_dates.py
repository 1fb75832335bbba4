"""Applications, proposals and nominations close on a day of their own kind: a call for them is no comment period."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify
from tracker.model import Document, DocumentKind

PUBLISHED = date(2030, 3, 4)
LAST = date(2030, 5, 6)


def in_effect(
    text: str,
    *,
    title: str = "Notice about sample items",
    action: str = "Notice.",
    closes: date | None = None,
) -> list[tuple[str, str, str]]:
    document = Document(
        key="sample", kind=DocumentKind.NOTICE, title=title, action=action, url="", dates_text=text,
        published=PUBLISHED, comments_close_on=closes,
    )  # fmt: skip
    return [
        (entry.type, entry.date.isoformat(), entry.note)
        for entry in classify(document, today=PUBLISHED).dates
        if not entry.superseded and entry.type != "published"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Proposals may be submitted from April 1, 2030, through May 6, 2030.",
        "Nominations must be received on or before May 6, 2030.",
        "Applications are due May 6, 2030.",
        "Applications will be accepted until 5 p.m. Eastern Time on May 6, 2030.",
        "The application period closes on May 6, 2030.",
        "The deadline for applications is May 6, 2030.",
        "The call for proposals closes on May 6, 2030.",
        "Application deadline: May 6, 2030.",
        "Letters of intent must be submitted by May 6, 2030.",
        "Statements of interest are due by May 6, 2030.",
        "Bids must be submitted by May 6, 2030.",
        "May 6, 2030: Deadline for applications.",
    ],
)
def test_applications_close_on_a_day_of_their_own_kind(text: str) -> None:
    assert ("applications-close", "2030-05-06", "") in in_effect(text)
    assert "comments-close" not in {kind for kind, _, _ in in_effect(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Comments on this proposal must be received by May 6, 2030.",
        "Written comments on the application must be received on or before May 6, 2030.",
        "Submit comments regarding the proposals by May 6, 2030.",
        "Comments in response to these applications are due by May 6, 2030.",
        "Submissions must be received by May 6, 2030.",
    ],
)
def test_comments_on_a_proposal_or_an_application_stay_comments(text: str) -> None:
    assert in_effect(text) == [("comments-close", "2030-05-06", "")]


@pytest.mark.parametrize(
    ("title", "action"),
    [
        ("American AI Exports Program: Call for Proposals for Pre-Set Consortia", "Notice."),
        ("Technical advisory committee", "Notice; request for nominations."),
        ("Notice of Funding Opportunity for sample packaging", "Notice."),
        ("Solicitation of Applications for membership", "Notice."),
    ],
)
def test_in_a_call_the_submitted_item_is_the_application(title: str, action: str) -> None:
    text = "Submissions must be received by May 6, 2030."
    assert in_effect(text, title=title, action=action, closes=LAST) == [
        ("applications-close", "2030-05-06", "")
    ]
    assert in_effect("", title=title, action=action, closes=LAST) == [
        ("applications-close", "2030-05-06", "")
    ]


def test_a_call_that_also_asks_for_comments_has_both_days() -> None:
    text = "Proposals must be submitted by May 6, 2030. Comments on the collection of information must be received by April 3, 2030."
    title = "Call for Proposals for sample consortia"
    assert in_effect(text, title=title, closes=LAST) == [
        ("comments-close", "2030-04-03", ""),
        ("applications-close", "2030-05-06", ""),
    ]


def test_the_field_of_the_record_adds_no_comment_period_to_a_day_for_applications() -> None:
    assert in_effect("Nominations must be received by May 6, 2030.", closes=LAST) == [
        ("applications-close", "2030-05-06", "")
    ]


def test_a_request_for_comments_on_proposals_is_no_call() -> None:
    title = "Request for Comments on Proposals for sample standards"
    assert in_effect("Submissions must be received by May 6, 2030.", title=title) == [
        ("comments-close", "2030-05-06", "")
    ]
