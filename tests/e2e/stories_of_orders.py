"""Six stories of orders and proclamations, in invented words and the shapes of their sources."""

from __future__ import annotations

from datetime import date

from tests.e2e.story_play import PRESIDENT, Sight, Step, Story, document, order, page

FORCE = "in-force"
COURT = "United States Court of International Trade"

RECIPROCAL = Story(
    "reciprocal",
    ("fr-all", "news"),
    {"E.O. 15020": "2026-60020"},
    (
        Step(
            date(2026, 6, 16),
            (
                order(
                    "2026-60020",
                    "15020",
                    "Answering Unequal Tariffs of Trading Partners",
                    "Section 1. Goods of every trading partner shall bear an additional ad valorem duty of 10 percent; goods of Japan shall bear 24 percent.",
                    "Sec. 2. The duties in section 1 take effect on June 24, 2026.",
                    signed=date(2026, 6, 12),
                ),
            ),
            {"E.O. 15020": Sight("published", date(2026, 6, 24))},
            1,
        ),
        Step(date(2026, 6, 25), (), {"E.O. 15020": Sight(FORCE, turned=True)}),
        Step(
            date(2026, 7, 2),
            (
                order(
                    "2026-60033",
                    "15033",
                    "Pausing Certain Country Rates During Negotiations",
                    "Section 1. The duties imposed by Executive Order 15020 are suspended from July 6, 2026, through September 30, 2026.",
                    signed=date(2026, 6, 30),
                ),
            ),
            {"E.O. 15020": Sight(FORCE, ahead=("stayed",))},
        ),
        Step(
            date(2026, 7, 8),
            (),
            {"E.O. 15020": Sight("stayed", date(2026, 9, 30), ("E.O. 15033",), ahead=(FORCE,), turned=True)},
        ),
        Step(
            date(2026, 9, 3),
            (
                order(
                    "2026-60051",
                    "15051",
                    "Carrying Out the Understanding With Japan",
                    "Section 1. Executive Order 15020 is amended: the rate for goods of Japan is 15 percent, inclusive of the ordinary duty.",
                    signed=date(2026, 9, 1),
                ),
            ),
            {"E.O. 15020": Sight("stayed", date(2026, 9, 30), ("E.O. 15033",), ahead=(FORCE,))},
        ),
        Step(date(2026, 10, 1), (), {"E.O. 15020": Sight(FORCE, ahead=("stayed",))}),
        Step(
            date(2026, 10, 14),
            (
                page(
                    "/news/opinion-88",
                    "Sample Importers v. United States",
                    "UNITED STATES COURT OF INTERNATIONAL TRADE",
                    "Slip Op. 26-88",
                    "October 14, 2026",
                    "Upon consideration of the motions, it is hereby",
                    "ORDERED that the duties imposed by Executive Order 15020 are declared unlawful, and their collection is permanently enjoined.",
                ),
            ),
            {
                "E.O. 15020": Sight(
                    "declared-unlawful",
                    date(2026, 10, 14),
                    ("Sample Importers v. United States",),
                    ahead=("stayed",),
                    turned=True,
                )
            },
            1,
        ),
        Step(
            date(2026, 11, 5),
            (
                order(
                    "2026-60077",
                    "15077",
                    "Winding Down Country-Specific Tariff Actions",
                    "Section 1. Executive Order 15020 is hereby revoked, effective November 9, 2026.",
                    signed=date(2026, 11, 3),
                ),
            ),
            {
                "E.O. 15020": Sight(
                    "declared-unlawful",
                    date(2026, 10, 14),
                    ("Sample Importers v. United States",),
                    ahead=("rescinded", "stayed"),
                )
            },
        ),
        Step(
            date(2026, 11, 10),
            (),
            {
                "E.O. 15020": Sight(
                    "rescinded", date(2026, 11, 9), ("E.O. 15077",), ahead=("stayed",), turned=True
                )
            },
        ),
    ),
)

CARS = Story(
    "cars",
    ("fr-all",),
    {"Proclamation 11208": "2026-60108"},
    (
        Step(
            date(2026, 6, 16),
            (
                document(
                    "2026-60108",
                    "Adjusting Imports of Passenger Vehicles Into the United States",
                    [
                        "NOW, THEREFORE, I, by the authority vested in me, including section 232 of the Trade Expansion Act of 1962, do hereby proclaim as follows:",
                        "(1) Passenger vehicles shall be subject to an additional 25 percent ad valorem duty with respect to goods entered on or after June 22, 2026.",
                    ],
                    "PRESDOCU",
                    PRESIDENT,
                    proclamation_number="11208",
                    subtype="Proclamation",
                    signing_date="2026-06-12",
                    start_page=41208,
                ),
            ),
            {"Proclamation 11208": Sight("published", date(2026, 6, 22))},
            1,
        ),
        Step(date(2026, 6, 23), (), {"Proclamation 11208": Sight(FORCE, turned=True)}),
        Step(date(2026, 8, 20), (), {"Proclamation 11208": Sight(FORCE)}),
        Step(
            date(2026, 9, 10),
            (
                order(
                    "2026-60345",
                    "15145",
                    "Implementing the Agreement With Japan on Vehicles",
                    "Section 1. Proclamation 11208 is amended so that passenger vehicles of Japan bear a duty of 15 percent instead of 25 percent.",
                    "Sec. 2. The change in section 1 applies retroactively to goods entered on or after August 7, 2026.",
                    signed=date(2026, 9, 8),
                ),
            ),
            {"Proclamation 11208": Sight(FORCE)},
        ),
        Step(date(2026, 12, 1), (), {"Proclamation 11208": Sight(FORCE)}),
    ),
)

SECTIONS = Story(
    "two-sections",
    ("fr-all",),
    {"E.O. 15301": "2026-60401"},
    (
        Step(
            date(2026, 6, 16),
            (
                order(
                    "2026-60401",
                    "15301",
                    "Promoting Exports of the American AI Technology Stack",
                    "Section 1. The Secretary of Commerce shall set up a program of full-stack export packages for artificial intelligence.",
                    "Sec. 2. Proposals shall be submitted within 90 days.",
                    "Sec. 3. The Secretary shall select packages within 180 days.",
                    signed=date(2026, 6, 15),
                ),
            ),
            {"E.O. 15301": Sight(FORCE)},
            1,
        ),
        Step(date(2026, 7, 1), (), {"E.O. 15301": Sight(FORCE)}),
        Step(
            date(2026, 8, 4),
            (
                order(
                    "2026-60420",
                    "15320",
                    "Amending an Order on AI Exports",
                    "Section 1. Sections 2 and 3 of Executive Order 15301 are amended by striking “90 days” and “180 days”, respectively, and inserting “150 days” and “240 days” in their place.",
                    signed=date(2026, 8, 1),
                ),
            ),
            {"E.O. 15301": Sight(FORCE)},
        ),
        Step(date(2026, 8, 20), (), {"E.O. 15301": Sight(FORCE)}),
        Step(date(2026, 12, 1), (), {"E.O. 15301": Sight(FORCE)}),
    ),
)

PARTIAL = Story(
    "partial-end",
    ("fr-all",),
    {"E.O. 15401": "2026-60501"},
    (
        Step(
            date(2026, 6, 16),
            (
                order(
                    "2026-60501",
                    "15401",
                    "Duties on Steel, Copper and Lumber Imports",
                    "Section 1. Articles of steel, copper and lumber of Japan shall be subject to an additional duty of 20 percent ad valorem, effective June 16, 2026.",
                    signed=date(2026, 6, 12),
                ),
            ),
            {"E.O. 15401": Sight(FORCE)},
            1,
        ),
        Step(date(2026, 8, 1), (), {"E.O. 15401": Sight(FORCE)}),
        Step(
            date(2026, 9, 1),
            (
                order(
                    "2026-60530",
                    "15430",
                    "Easing Certain Metal Tariffs",
                    "Section 1. Effective September 8, 2026, the duties imposed by Executive Order 15401 are terminated, except with respect to articles of steel.",
                    signed=date(2026, 8, 28),
                ),
            ),
            {"E.O. 15401": Sight(FORCE, ahead=("rescinded",))},
            2,
        ),
        Step(date(2026, 9, 8), (), {"E.O. 15401": Sight(FORCE, beside=("rescinded",), turned=True)}),
        Step(date(2026, 12, 1), (), {"E.O. 15401": Sight(FORCE, beside=("rescinded",))}),
    ),
)

CONDITION = Story(
    "condition",
    ("fr-all",),
    {"E.O. 15501": "2026-60601"},
    (
        Step(
            date(2026, 6, 16),
            (
                order(
                    "2026-60601",
                    "15501",
                    "Duties in Response to Port Fees",
                    "Section 1. An additional 12 percent duty ad valorem applies to machine tools of Japan, effective June 16, 2026.",
                    signed=date(2026, 6, 12),
                ),
            ),
            {"E.O. 15501": Sight(FORCE)},
        ),
        Step(date(2026, 7, 15), (), {"E.O. 15501": Sight(FORCE)}),
        Step(
            date(2026, 8, 18),
            (
                order(
                    "2026-60622",
                    "15522",
                    "Encouraging the Removal of Port Fees",
                    "Section 1. Executive Order 15501 shall be terminated in the event that the United States Trade Representative certifies that the fees have been abolished.",
                    signed=date(2026, 8, 14),
                ),
            ),
            {"E.O. 15501": Sight(FORCE, beside=("unclear",), by=("E.O. 15522",))},
        ),
        Step(date(2026, 10, 1), (), {"E.O. 15501": Sight(FORCE, beside=("unclear",), by=("E.O. 15522",))}),
        Step(
            date(2026, 11, 4),
            (
                order(
                    "2026-60644",
                    "15544",
                    "Ending the Port Fee Tariffs",
                    "Section 1. The certification described in Executive Order 15522 having been made, Executive Order 15501 is terminated as of November 4, 2026.",
                    signed=date(2026, 11, 2),
                ),
            ),
            {"E.O. 15501": Sight("rescinded", date(2026, 11, 4), ("E.O. 15544",), turned=True)},
            2,
        ),
        Step(date(2027, 1, 5), (), {"E.O. 15501": Sight("rescinded", date(2026, 11, 4), ("E.O. 15544",))}),
    ),
)

TRUCE = Story(
    "truce",
    ("fr-all",),
    {"E.O. 15601": "2026-60701", "E.O. 15611": "2026-60711"},
    (
        Step(
            date(2026, 6, 16),
            (
                order(
                    "2026-60701",
                    "15601",
                    "Additional Duties on Goods Containing Foreign Chips",
                    "Section 1. Electronic goods shall be subject to an additional ad valorem duty of 30 percent, effective June 16, 2026.",
                    signed=date(2026, 6, 12),
                ),
            ),
            {"E.O. 15601": Sight(FORCE)},
        ),
        Step(
            date(2026, 7, 7),
            (
                order(
                    "2026-60711",
                    "15611",
                    "Suspending Chip Tariffs To Allow Talks",
                    "Section 1. The additional duties imposed by Executive Order 15601 are suspended until 12:01 a.m. eastern daylight time on August 11, 2026.",
                    signed=date(2026, 7, 6),
                ),
            ),
            {"E.O. 15601": Sight("stayed", date(2026, 8, 10), ("E.O. 15611",), ahead=(FORCE,), turned=True)},
            2,
        ),
        Step(
            date(2026, 8, 6),
            (
                order(
                    "2026-60733",
                    "15633",
                    "Further Extending the Suspension of Chip Tariffs",
                    "Section 1. The suspension of duties in Executive Order 15611 is extended until 12:01 a.m. eastern standard time on November 10, 2026.",
                    signed=date(2026, 8, 4),
                ),
            ),
            {"E.O. 15601": Sight("stayed", date(2026, 11, 9), ahead=(FORCE,))},
            2,
        ),
        Step(date(2026, 8, 11), (), {"E.O. 15601": Sight("stayed", date(2026, 11, 9), ahead=(FORCE,))}),
        Step(date(2026, 11, 9), (), {"E.O. 15601": Sight("stayed", date(2026, 11, 9), ahead=(FORCE,))}),
        Step(date(2026, 11, 10), (), {"E.O. 15601": Sight(FORCE, ahead=("stayed",))}),
    ),
)

STORIES = (RECIPROCAL, CARS, SECTIONS, PARTIAL, CONDITION, TRUCE)
