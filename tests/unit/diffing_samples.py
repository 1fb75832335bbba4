"""Small legal texts for the tests of comparing and rendering, in the shapes that the readers give."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.diffing import compare
from tracker.model import Document, DocumentKind, Operation, Unit, UnitKind
from tracker.rendering.redlines import Redline, RedlineSide

SECTION = "15 CFR 744.21"
LIST = "Supp. No. 4 to Part 744"

EXPORT = "You may not export any item listed in supplement no. 2 to this part without a license."
DEFINED = "The terms of this section are defined in part 772 of the EAR, unless this part says otherwise."
REVIEW = "Applications will be reviewed with a presumption of denial under paragraph (e) of this section."
POWER = "Items of 3A090.a with a total processing performance of 4,800 or more need a license."
NOTICE = "BIS may inform persons that a license is required because of an unacceptable risk."
INSERTED = "A military end user includes its affiliates owned 50 percent or more, directly or indirectly."


def document(*units: Unit) -> Document:
    return Document("15 CFR 744", DocumentKind.CFR, "Part 744", "https://example.gov/744", units)


def heading(
    path: str = SECTION, text: str = "§ 744.21 Restrictions on military end users", depth: int = 0
) -> Unit:
    return Unit(path, UnitKind.HEADING, text, depth)


def paragraph(designators: str, words: str, *, section: str = SECTION) -> Unit:
    """`paragraph("(b)(2)", "Words.")`: prints its last designator, as the Code does."""
    marker = "(" + designators.rsplit("(", 1)[1]
    text = f"{marker} {words}"
    return Unit(section + designators, UnitKind.PARAGRAPH, text, designators.count("("), marker)


def plain(number: int, words: str, *, section: str = SECTION) -> Unit:
    return Unit(f"{section} ¶{number}", UnitKind.PARAGRAPH, words, 1)


def section(*words: str) -> list[Unit]:
    """A heading and paragraphs (a), (b), (c) ... of these words."""
    return [heading(), *(paragraph(f"({chr(97 + k)})", text) for k, text in enumerate(words))]


def country(name: str) -> Unit:
    return Unit(f"{LIST} › {name}", UnitKind.HEADING, name, 1, "", name.lower())


def party(where: str, name: str, address: str) -> Unit:
    key = f"{where} › {name}".lower()
    text = f"{name}, {address}. For all items subject to the EAR. Presumption of denial 90 FR 47201, 9/30/25."
    return Unit(f"{LIST} › {where} › {name}", UnitKind.ROW, text, 2, "", key, (("country", where),))


def entities(*rows: Unit) -> list[Unit]:
    return [Unit(LIST, UnitKind.HEADING, "Supplement No. 4 to Part 744—Entity List"), *rows]


def operations(before: list[Unit], after: list[Unit]) -> tuple[Operation, ...]:
    return compare(document(*before), document(*after))


def redline(before: list[Unit], after: list[Unit], *, whole: bool = True) -> Redline:
    """The redline of two texts, with their units where `whole`."""
    return Redline(
        title="15 CFR 744.21 <&> test",
        source="ear",
        url="https://example.gov/744?a=1&b=2",
        before=RedlineSide(
            "2026-03-25", "ab" * 32, datetime(2026, 3, 25, tzinfo=UTC), tuple(before) if whole else ()
        ),
        after=RedlineSide(
            "2026-07-18", "cd" * 32, datetime(2026, 7, 18, tzinfo=UTC), tuple(after) if whole else ()
        ),
        operations=operations(before, after),
        generated_at=datetime(2026, 11, 22, 0, 30, tzinfo=UTC),
        author="Legal",
    )
