"""Five stories of licenses, exclusions and lists, in invented words and the shapes of their sources."""

from __future__ import annotations

from datetime import date

from tests.e2e.stories_of_rules import rule
from tests.e2e.story_play import OFAC, USTR, Action, Sight, Step, Story, codified, document

FORCE = "in-force"


def _license(number: str, letter: str, signed: str, until: str, replaces: str, start: int) -> Action:
    more = (
        [
            f"(c) Effective {signed}, General License {replaces} is replaced and superseded in its entirety by this General License {letter}."
        ]
        if replaces
        else []
    )
    return document(
        number, f"Publication of Sample Sanctions Web General License {letter}",
        [
            f"GENERAL LICENSE NO. {letter}. Authorizing Certain Transactions Involving Sample Bank",
            f"(a) Transactions ordinarily incident to the wind down of dealings with Sample Bank are authorized through 12:01 a.m. eastern time, {until}.",
            "(b) This general license does not authorize any transaction otherwise prohibited.",
            *more,
        ],
        "NOTICE", OFAC, action="Publication of a web general license.", start_page=start,
        abstract=f"The Office of Foreign Assets Control publishes General License {letter} under the Sample Sanctions Regulations.",
    )  # fmt: skip


LICENSES = Story(
    "licenses",
    ("fr-all",),
    {"2026-60201": "2026-60201", "2026-60240": "2026-60240", "2026-60290": "2026-60290"},
    (
        Step(
            date(2026, 6, 16),
            (_license("2026-60201", "5", "June 16, 2026", "September 16, 2026", "", 36201),),
            {"2026-60201": Sight(FORCE)},
        ),
        Step(date(2026, 7, 20), (), {"2026-60201": Sight(FORCE)}),
        Step(
            date(2026, 8, 12),
            (_license("2026-60240", "5A", "August 12, 2026", "November 16, 2026", "No. 5", 36240),),
            {"2026-60201": Sight("rescinded", date(2026, 8, 12), ("91 FR 36240", "2026-60240"), turned=True), "2026-60240": Sight(FORCE)},
        ),
        Step(
            date(2026, 10, 22),
            (_license("2026-60290", "5B", "October 22, 2026", "February 16, 2027", "No. 5A", 36290),),
            {
                "2026-60201": Sight("rescinded", date(2026, 8, 12), ("91 FR 36240", "2026-60240")),
                "2026-60240": Sight("rescinded", date(2026, 10, 22), ("91 FR 36290", "2026-60290")),
                "2026-60290": Sight(FORCE),
            },
            2,
        ),
        Step(
            date(2026, 12, 1), (),
            {"2026-60240": Sight("rescinded", date(2026, 10, 22), ("91 FR 36290", "2026-60290")), "2026-60290": Sight(FORCE)},
        ),
    ),
)  # fmt: skip


REMOVED = Story(
    "list-removal",
    ("fr-all",),
    {"2026-60801": "2026-60801"},
    (
        Step(
            date(2026, 6, 16),
            (
                document(
                    "2026-60801",
                    "Notice of OFAC Sanctions Action",
                    [
                        "On June 12, 2026, OFAC determined that the property and interests in property subject to U.S. jurisdiction of the following person are blocked: SAMPLE VALVE TRADING CO., LTD., Osaka, Japan [EXAMPLE-EO]."
                    ],
                    "NOTICE",
                    OFAC,
                    action="Notice.",
                    start_page=36801,
                    dates="This action was issued on June 12, 2026.",
                    abstract="OFAC is publishing the name of one person that has been placed on the Specially Designated Nationals and Blocked Persons List (SDN List).",
                ),
            ),
            {"2026-60801": Sight("")},
            1,
        ),
        Step(date(2026, 7, 15), (), {"2026-60801": Sight("")}),
        Step(date(2026, 9, 1), (), {"2026-60801": Sight("")}),
        Step(
            date(2026, 10, 6),
            (
                document(
                    "2026-60850",
                    "Notice of OFAC Sanctions Removal",
                    [
                        "On October 2, 2026, OFAC removed from the SDN List the person listed below, published at 91 FR 36801: SAMPLE VALVE TRADING CO., LTD., Osaka, Japan [EXAMPLE-EO]. All property of this person is unblocked."
                    ],
                    "NOTICE",
                    OFAC,
                    action="Notice.",
                    start_page=36850,
                    dates="This action was issued on October 2, 2026.",
                    abstract="OFAC is removing one person from the SDN List.",
                ),
            ),
            {"2026-60801": Sight("rescinded", date(2026, 10, 2), ("91 FR 36850", "2026-60850"), turned=True)},
            1,
        ),
        Step(
            date(2026, 12, 1),
            (),
            {"2026-60801": Sight("rescinded", date(2026, 10, 2), ("91 FR 36850", "2026-60850"))},
        ),
    ),
)

EXCLUSION = Story(
    "exclusion",
    ("fr-all",),
    {"2026-60901": "2026-60901"},
    (
        Step(
            date(2026, 6, 16),
            (
                document(
                    "2026-60901",
                    "Notice of Product Exclusions: Sample Practices Related to Machinery",
                    [
                        "The exclusions in the annex cover certain machinery classified in subheading 8479.89.95 and are available for goods entered through August 31, 2026."
                    ],
                    "NOTICE",
                    USTR,
                    action="Notice.",
                    start_page=36901,
                    dates="The product exclusions apply as of June 16, 2026, and expire on August 31, 2026.",
                    effective_on="2026-06-16",
                    abstract="The U.S. Trade Representative grants exclusions from the additional duties of the Section 301 action. The exclusions expire on August 31, 2026.",
                ),
            ),
            {"2026-60901": Sight(FORCE, ahead=("expired",))},
            1,
        ),
        Step(date(2026, 7, 20), (), {"2026-60901": Sight(FORCE, ahead=("expired",))}),
        Step(
            date(2026, 8, 25),
            (
                document(
                    "2026-60940",
                    "Notice of Product Exclusion Extensions: Sample Practices Related to Machinery",
                    [
                        "The Trade Representative has determined to extend the exclusions published at 91 FR 36901 through November 30, 2026."
                    ],
                    "NOTICE",
                    USTR,
                    action="Notice.",
                    start_page=36940,
                    dates="The extensions are applicable as of September 1, 2026, and extend through November 30, 2026.",
                    abstract="The U.S. Trade Representative extends the exclusions published on June 16, 2026 (91 FR 36901) through November 30, 2026.",
                ),
            ),
            {"2026-60901": Sight(FORCE, ahead=("expired",))},
            1,
        ),
        Step(date(2026, 9, 1), (), {"2026-60901": Sight(FORCE, ahead=("expired",))}),
        Step(date(2026, 11, 30), (), {"2026-60901": Sight(FORCE, ahead=("expired",))}),
        Step(date(2026, 12, 1), (), {"2026-60901": Sight("expired", date(2026, 12, 1), turned=True)}),
    ),
)

FAILED = (
    "<EDNOTE><HED>Editorial Note:</HED><PSPACE>At 91 FR 37501, June 16, 2026, Supplement No. 4 to part 744 was amended by adding under CHINA, PEOPLE'S REPUBLIC OF, in alphabetical order, an entry for “Sample Sputter Tools”; "
    "however, the amendment could not be incorporated because the entry already exists.</PSPACE></EDNOTE>"
)
ROW = '<TR>\n<TD class="left border-right-single">CHINA, PEOPLE\'S REPUBLIC OF</TD>'
LISTING = "Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › Sample Sputter Tools"
NEW_ROW = (
    '<TR>\n<TD class="left border-right-single"></TD><TD class="left border-right-single">Sample Sputter Tools, 9 Sample Road, Beijing, China.</TD>'
    '<TD class="left border-right-single">For all items subject to the EAR.</TD><TD class="left border-right-single">Presumption of denial</TD><TD class="left">91 FR 37501, 6/16/26.\n</TD>\n</TR>\n</TBODY>'
)
INCORPORATED = Story(
    "not-incorporated",
    ("fr-all", "ear"),
    {"2026-70501": "2026-70501", LISTING: "ear"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-70501",
                    "Additions of Entities to the Entity List",
                    "BIS adds one entity under China to the Entity List.",
                    37501,
                    "2026-06-16",
                ),
            ),
            {"2026-70501": Sight(FORCE)},
        ),
        Step(
            date(2026, 6, 18),
            (codified("</DIV>\n</DIV9>", f"</DIV>\n{FAILED}\n</DIV9>"),),
            {},
        ),
        Step(date(2026, 6, 23), (), {LISTING: Sight("not-incorporated", None, ("91 FR 37501",))}),
        Step(date(2026, 7, 20), (), {LISTING: Sight("not-incorporated", None, ("91 FR 37501",))}),
        Step(
            date(2026, 8, 11),
            (
                rule(
                    "2026-70530",
                    "Additions of Entities to the Entity List; Correction",
                    "BIS corrects the rule published on June 16, 2026 (91 FR 37501), so that the entry can be printed.",
                    37530,
                    "2026-08-11",
                    action="Correcting amendment.",
                ),
                codified(FAILED, ""),
                codified("</TBODY>", NEW_ROW),
            ),
            {},
        ),
        Step(date(2026, 8, 14), (), {LISTING: Sight(FORCE)}),
        Step(date(2026, 12, 1), (), {LISTING: Sight(FORCE)}),
    ),
)

TEMPORARY = Story(
    "temporary",
    ("fr-all",),
    {"2026-70601": "2026-70601"},
    (
        Step(
            date(2026, 6, 16),
            (
                rule(
                    "2026-70601",
                    "Temporary Authorization for Deliveries to Sample Foundry",
                    "BIS authorizes, for a limited time, deliveries of spare parts to a listed foundry.",
                    37601,
                    "2026-06-22",
                    action="Temporary final rule.",
                    dates="This temporary final rule is effective June 22, 2026, through September 20, 2026.",
                ),
            ),
            {"2026-70601": Sight("published", date(2026, 6, 22), ahead=("expired",))},
            1,
        ),
        Step(date(2026, 6, 22), (), {"2026-70601": Sight(FORCE, ahead=("expired",))}),
        Step(date(2026, 8, 3), (), {"2026-70601": Sight(FORCE, ahead=("expired",))}),
        Step(date(2026, 9, 20), (), {"2026-70601": Sight(FORCE, ahead=("expired",))}),
        Step(date(2026, 9, 21), (), {"2026-70601": Sight("expired", date(2026, 9, 21), turned=True)}),
        Step(date(2027, 1, 4), (), {"2026-70601": Sight("expired", date(2026, 9, 21))}),
    ),
)

STORIES = (LICENSES, REMOVED, EXCLUSION, INCORPORATED, TEMPORARY)
