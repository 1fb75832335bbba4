"""Printed pages: hyphens at line ends, columns, running heads, raised characters, documents of the Federal Register."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.recorded import recorded
from tests.unit.pdf_samples import Placed, drawn, pdf, placed
from tracker import diffing, parsing
from tracker.parsing.fr_text import read_fr_text
from tracker.parsing.hyphenation import SeenWords, belongs
from tracker.parsing.pdf import _pages, read_pdf


def texts(data: bytes) -> list[str]:
    return [unit.text for unit in read_pdf(data, "print.pdf").units]


def column(x: float, lines: list[str], top: float = 720, size: float = 9) -> list[Placed]:
    return [(x, top - 11 * number, size, line) for number, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("before", "after", "elsewhere", "kept"),
    [
        ("the intended end-", "use of it", "", True),
        ("of each end-", "user's name", "", True),
        ("form BIS-", "748P is", "", True),
        ("ECCN 3A-", "001 is", "", True),
        ("a foreign-", "direct product", "", True),
        ("the most-", "favored-nation rate", "", True),
        ("the Asia-", "Pacific region", "", True),
        ("a BIS-", "issued license", "", True),
        ("a re-", "export counts", "", True),
        ("a low-", "level signal", "", True),
        ("a high-", "bandwidth memory", "", True),
        ("a dual-", "processor board", "", True),
        ("a high-", "lights section", "the highlights", False),
        ("the full-", "ness of", "", False),
        ("a third-", "country party", "", True),
        ("a widget-", "frame assembly", "the widget-frame is", True),
        ("the semicon-", "ductor firms", "", False),
        ("SEMICON-", "DUCTOR FIRMS", "", False),
        ("the infor-", "mation is", "", False),
        ("with man-", "ganese content", "", False),
        ("with re-", "quired parts", "", False),
        ("an in-", "dustry of", "", False),
        ("is with-", "drawn from", "", False),
        ("the part-", "nership", "", False),
        ("a manufac-", "turer", "", False),
        ("a super-", "structure is", "each superstructure", False),
        ("an over-", "flight of", "an overflight", False),
    ],
)
def test_the_hyphen_at_a_lines_end(before: str, after: str, elsewhere: str, kept: bool) -> None:
    words = SeenWords.of([before, after, elsewhere])
    assert belongs(before, after, words) is kept


def test_lines_of_a_pdf_are_joined_as_the_words_are() -> None:
    lines = [
        "The officer asks for the end-",
        "use of the semicon-",
        "ductor that form BIS-",
        "748P names and is with-",
        "out limit.",
    ]
    assert texts(pdf(lines)) == [
        "The officer asks for the end-use of the semiconductor that form BIS-748P names and is without limit."
    ]


def test_raw_text_keeps_a_hyphen_that_nothing_speaks_against() -> None:
    text = "SUMMARY: The name of each zarkon-\nfelding end-\nuser is given. The semicon-\nductor rule and semiconductors: the semiconductor.\n"
    assert "each zarkon-felding end-user is" in read_fr_text(text.encode()).summary
    assert "The semiconductor rule" in read_fr_text(text.encode()).summary


LEFT = [
    "The first column says that an exporter of",
    "any item described in this section must",
    "apply for a license before the item leaves",
    "the country, whatever the mode of its",
    "transport may be, and must keep a record",
    "of what was shipped for five years after",
    "the day of the export of the item itself.",
]
RIGHT = [
    "The second column says that a party who",
    "knows of a red flag must resolve it before",
    "the transaction goes on, and that nobody",
    "may close the eyes to what is plain to see",
    "in the papers that come with an order and",
    "in what the buyer says about the use that",
    "is intended for the item by the last user.",
]


def test_columns_drawn_row_by_row_are_read_column_by_column() -> None:
    rows = chain.from_iterable(zip(column(50, LEFT), column(320, RIGHT), strict=True))
    assert texts(placed([(50, 750, 14, "Guidance for exporters and for all others"), *rows])) == [
        "Guidance for exporters and for all others",
        " ".join(LEFT),
        " ".join(RIGHT),
    ]


def justified(lines: list[str]) -> bytes:
    """The lines, each as wide as the widest of them: its spaces are stretched."""
    pages, _ = _pages(placed(column(50, lines)), "natural.pdf")
    widths = [line.x1 - line.x0 for line in pages[0]]
    return drawn(
        "".join(
            f"BT /F1 9 Tf {(max(widths) - width) / line.count(' ')} Tw 1 0 0 1 50 {720 - 11 * number} Tm ({line}) Tj ET "
            for number, (line, width) in enumerate(zip(lines, widths, strict=True))
        )
    )


def test_a_loosely_justified_line_stays_in_its_paragraph() -> None:
    lines = [*LEFT[:3], "notwithstanding any other provision", "extraterritorial transport", *LEFT[4:]]
    assert texts(justified(lines)) == [" ".join(lines)]


def test_a_footnote_at_the_foot_of_a_column_is_after_the_paragraph_that_continues() -> None:
    bottom = 720 - 11 * len(LEFT) - 10
    notes: list[Placed] = [
        (50, bottom + 2, 5, "1"),
        (56, bottom, 7, "See the rule of the last year on this."),
        (50, bottom - 8, 7, "It was published in the fall."),
    ]
    going_on = [line.replace("The second column says", "and the same rule says") for line in RIGHT]
    left, right = column(50, LEFT[:-1]), column(320, going_on)
    by_row = [*chain.from_iterable(zip(left, right, strict=False)), *notes, right[-1]]
    by_column = [*left, *notes, *right]
    for pieces in (by_row, by_column):
        assert texts(placed(pieces)) == [
            " ".join([*LEFT[:-1], *going_on]),
            "[1] See the rule of the last year on this. It was published in the fall.",
        ]


def test_a_sentence_that_ends_with_a_footnote_ends_its_paragraph() -> None:
    lines = [*LEFT[:3], "the country, if so.", *RIGHT[:3]]
    pieces = column(50, lines)
    end = _pages(placed(pieces), "natural.pdf")[0][0][3].x1
    pieces.insert(4, (end, pieces[3][1] + 3, 5, "1"))
    assert texts(placed(pieces)) == [f"{' '.join(lines[:4])}[1]", " ".join(lines[4:])]


def test_a_table_stays_row_by_row() -> None:
    numbers = [f"9903.05.0{number}" for number in range(1, 8)]
    rows = chain.from_iterable(zip(column(50, numbers), column(150, RIGHT), strict=True))
    assert texts(placed(list(rows))) == [
        f"{number} {words}" for number, words in zip(numbers, RIGHT, strict=True)
    ]


@pytest.mark.parametrize("pages", [1, 2])
def test_heads_and_the_printers_lines_go_from_short_prints(pages: int) -> None:
    sheets = []
    for number in range(pages):
        head = f"{59281 + number} Federal Register / Vol. 90, No. 241 / Thursday, December 18, 2025 / Notices"
        foot = (
            "VerDate Sep<11>2014 18:49 Dec 17, 2025 Jkt 268001 PO 00000 Frm 00193 Fmt 4703 Sfmt 4703 "
            "E:\\FR\\FM\\18DEN1.SGM 18DEN1"
        )
        sheets.append([(50.0, 760.0, 8.0, head), *column(50, LEFT), (50.0, 30.0, 6.0, foot)])
    found = texts(placed(*sheets, turned=("lotter on DSK11XQN23PROD with NOTICES1",)))
    assert found == [" ".join(LEFT)] * pages


def test_a_running_head_of_two_pages_is_removed_and_a_first_line_is_kept() -> None:
    sheets = [
        [(50.0, 770.0, 9.0, "Export Guidance, March 2026"), *column(50, lines)] for lines in (LEFT, RIGHT)
    ]
    assert texts(placed(*sheets)) == [" ".join(LEFT), " ".join(RIGHT)]
    same = ["Every page begins with these same words and", *LEFT[1:]]
    assert texts(placed(column(50, same), column(50, same))) == [" ".join(same)] * 2


def test_raised_and_lowered_characters() -> None:
    content = (
        "BT /F1 10 Tf 50 700 Td (A leak rate below 1 x 10) Tj /F1 6 Tf 4 Ts (-10) Tj /F1 10 Tf 0 Ts ( Pa of UF) Tj "
        "/F1 6 Tf -3 Ts (6) Tj /F1 10 Tf 0 Ts ( says the law.) Tj /F1 6 Tf 4 Ts (4) Tj /F1 10 Tf 0 Ts ( It binds.) Tj ET"
    )
    assert texts(drawn(content)) == ["A leak rate below 1 x 10⁻¹⁰ Pa of UF₆ says the law.[4] It binds."]


HEAD = "Federal Register / Vol. 90, No. 241 / Thursday, December 18, 2025 / Rules and Regulations 59281"
TAIL = [
    "quarter of 2026. The figures are in the",
    "decision of the Board.",
    "[FR Doc. 2025-23175 Filed 12-17-25; 8:45 am]",
    "BILLING CODE 4915-01-P",
]
OWN = [
    "DEPARTMENT OF COMMERCE",
    "",
    "Bureau of Industry and Security",
    "",
    "Revision of Controls on Vacuum",
    "Valves of Semiconductor Makers",
    "",
    "AGENCY: Bureau of Industry and Security,",
    "Commerce.",
    "ACTION: Final rule.",
    "SUMMARY: This rule revises the end-",
    "use controls.",
    "DATES: This rule is effective December",
    "19, 2025.",
    "SUPPLEMENTARY INFORMATION:",
    "The rule is made for good reasons.",
    "[FR Doc. 2025-23316 Filed 12-17-25; 8:45 am]",
    "BILLING CODE 3510-33-P",
]
NEXT = ["DEPARTMENT OF THE TREASURY", "", "Notice of a Meeting of Others"]


def printed(lines: list[str]) -> list[Placed]:
    return [(50.0, 760.0, 8.0, HEAD), *[piece for piece in column(50, lines, 730) if piece[3]]]


def test_a_print_of_the_register_is_the_document_itself() -> None:
    data = placed(printed([*TAIL, "", *OWN, "", *NEXT]))
    document = parsing.read_file("2025-23316.pdf", data)
    assert document.title == "Revision of Controls on Vacuum Valves of Semiconductor Makers"
    assert (document.kind, document.type, document.action) == ("rule", "Rule", "Final rule.")
    assert document.dates_text == "This rule is effective December 19, 2025."
    assert document.abstract == "This rule revises the end-use controls."
    assert (document.document_number, document.citation) == ("2025-23316", "90 FR 59281")
    assert document.published is not None
    assert document.published.isoformat() == "2025-12-18"
    all_words = " ".join(unit.text for unit in document.units)
    assert "quarter of 2026" not in all_words
    assert "Meeting of Others" not in all_words
    assert "3510-33-P" in all_words


def test_the_end_of_a_document_that_begins_on_its_first_page_stays() -> None:
    document = parsing.read_file("2025-23316.pdf", placed(printed(OWN)))
    assert document.document_number == "2025-23316"
    assert document.dates_text == "This rule is effective December 19, 2025."


def test_recorded_hyphens() -> None:
    before, after, whole, broken = (
        parsing.read_file(name, recorded(f"cases/pdf-hyphen/{name}"))
        for name in ("before.pdf", "after.pdf", "topic-whole.pdf", "topic-broken.pdf")
    )
    assert diffing.substantive(diffing.compare(before, after)) == ()
    words = " ".join(unit.text for unit in after.units)
    for word in ("end-use ", "end-user ", "re-export ", "foreign-direct ", "BIS-711 ", "semiconductor "):
        assert word in words
    assert [unit.text for unit in whole.units] == [unit.text for unit in broken.units]


def test_recorded_print() -> None:
    document = parsing.read_file("2025-23316.pdf", recorded("printed/2025-23316.pdf"))
    assert document.title.startswith("Implementing Certain Tariff-Related Elements of the Framework")
    assert document.kind == "notice"
    assert document.dates_text.startswith("This notice is effective December 18, 2025.")
    assert (document.document_number, document.citation) == ("2025-23316", "90 FR 59281")
    words = " ".join(unit.text for unit in document.units)
    for left_out in (
        "American Railroads",
        "VerDate",
        "DSK11",
        "Federal Register / Vol",
        "mangan­ese",
        "man-ganese",
    ):
        assert left_out not in words
    assert "manganese content" in words
    assert "most-favored-nation" in words
