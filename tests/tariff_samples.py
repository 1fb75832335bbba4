"""Rows of a small tariff schedule in the shape of the USITC's export."""

from __future__ import annotations

from typing import Any

from tracker.demo.hts import row
from tracker.demo.pdf import pdf

THE_DUTY = "The duty provided in the applicable subheading"
Rows = list[dict[str, Any]]


def chapters() -> Rows:
    """Return lines of chapters 84, 85 and 87, with rates on the 8-digit lines."""
    return [
        row(
            "8481",
            "Taps, cocks, valves and similar appliances, for pipes, boiler shells, tanks, vats or the like:",
        ),
        row("8481.80", "Other appliances:", indent=1),
        row("", "Hand operated:", indent=2),
        row("8481.80.30", "Of iron or steel", indent=3, general="5.6%", special="Free (AU,JP)", other="45%"),
        row("8481.80.30.10", "Of the gate type", indent=4, units=("No.", "kg")),
        row("8481.80.30.90", "Other", indent=4, units=("No.", "kg")),
        row("8481.80.90", "Other", indent=2, general="2%", other="35%", footnotes=("See 9903.88.01.",)),
        row("8481.80.90.50", "Other", indent=3, units=("No.", "kg")),
        row("8542", "Electronic integrated circuits; parts thereof:"),
        row("8542.31.00", "Processors and controllers", indent=1, general="Free", other="35%"),
        row("8542.31.00.45", "Graphics processing units", indent=2, units=("No.",)),
        row("8542.31.00.75", "Other", indent=2, units=("No.",)),
        row("8708", "Parts and accessories of the motor vehicles of headings 8701 to 8705:"),
        row("8708.40", "Gear boxes and parts thereof:", indent=1),
        row("8708.40.11", "For vehicles of heading 8703", indent=2, general="2.5%", other="25%"),
        row("8708.40.11.10", "With manual control", indent=3, units=("No.",)),
        row("8708.40.11.50", "Other", indent=3, units=("No.",)),
    ]


def added(heading: str, description: str, rate: str) -> dict[str, Any]:
    return row(heading, description, general=rate, special=rate, other=THE_DUTY)


def brazil() -> Rows:
    """Return nine headings that one release adds: a duty on one country, with its exceptions."""
    parts = [
        "in transit before July 29, 2026",
        *(f"provided for in subdivision ({c}) of U.S. note 50" for c in "abcdefg"),
    ]
    return [
        added(
            "9903.05.01",
            "Except for products described in headings 9903.05.02–9903.05.09, articles the product of Brazil",
            f"{THE_DUTY} + 25%",
        ),
        *(
            added(f"9903.05.0{n}", f"Articles the product of Brazil, {part}", THE_DUTY)
            for n, part in enumerate(parts, 2)
        ),
    ]


def chapter_99() -> Rows:
    return [
        added(
            "9903.01.25",
            "Articles the product of any country, except for products described in headings 9903.01.30 and 9903.01.32",
            f"{THE_DUTY} + 10%",
        ),
        added(
            "9903.01.30",
            "Articles that are donations, by persons subject to the jurisdiction of the United States",
            THE_DUTY,
        ),
        added(
            "9903.01.32",
            "Articles the product of any country, classified in the subheadings enumerated in subdivision (v)(iii) of U.S. note 2 to this subchapter",
            THE_DUTY,
        ),
        added(
            "9903.88.01",
            "Except as provided in headings 9903.88.05, articles the product of China, as provided for in U.S. note 20(a) to this subchapter",
            f"{THE_DUTY} + 25%",
        ),
        added(
            "9903.88.05",
            "Articles the product of China, each covered by an exclusion granted by the U.S. Trade Representative",
            THE_DUTY,
        ),
    ]


NOTES = (
    "SUBCHAPTER III",
    "TEMPORARY MODIFICATIONS ESTABLISHED PURSUANT TO TRADE LEGISLATION",
    "U.S. Notes",
    "1. This subchapter contains the temporary modifications of the provisions in the tariff schedule.",
    "2. (a) For the purposes of heading 9903.01.25, articles the product of any country shall be subject to an additional 10% ad valorem rate of duty.",
    "(v) [Note deleted.]",
    "20. (a) For the purposes of heading 9903.88.01, products of China, as provided for in this note, shall be subject to an additional 25 percent ad valorem rate of duty. The products are those classified in the following 8-digit subheadings: 8481.80.90 8542.31.00",
    "(b) For the purposes of heading 9903.88.02, the products are those classified in the following subheadings: 8708.40.11",
)


def notes_pdf(paragraphs: tuple[str, ...] = NOTES) -> bytes:
    return pdf(paragraphs)
