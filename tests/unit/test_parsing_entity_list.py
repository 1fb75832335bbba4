"""The cell of the Entity List that names a party: name, aliases, address."""

from __future__ import annotations

import pytest

from tracker.parsing.entity_list import EntityListRow, read_party
from tracker.parsing.gpo_xml import LINE_BREAK


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Some Person, 1 Street, Tokyo, Japan.", EntityListRow("Some Person", (), "1 Street, Tokyo, Japan.")),
        ("Some Co., Ltd., 1 Street, Tokyo.", EntityListRow("Some Co., Ltd.", (), "1 Street, Tokyo.")),
        ("Beltech, CJSC, 86 Avenue, Minsk.", EntityListRow("Beltech, CJSC", (), "86 Avenue, Minsk.")),
        (
            "Huawei (Vietnam) Company Limited, Hanoi",
            EntityListRow("Huawei (Vietnam) Company Limited", (), "Hanoi"),
        ),
        ("Name (One, Two), Tehran", EntityListRow("Name (One, Two)", (), "Tehran")),
        (
            "Services GP, a.k.a. Nouvelle Option, 1305 Rue, QC",
            EntityListRow("Services GP", ("Nouvelle Option",), "1305 Rue, QC"),
        ),
        (
            "Mesbah (a.k.a. “MEC”), 77 Street, Tehran",
            EntityListRow("Mesbah", ("“MEC”",), "77 Street, Tehran"),
        ),
        (
            f"Emal Company (EBCC), a.k.a., the following two aliases:{LINE_BREAK}—Imal; and{LINE_BREAK}—Aimal Co., Ltd."
            f"{LINE_BREAK} {LINE_BREAK} Kabul, Afghanistan.",
            EntityListRow("Emal Company (EBCC)", ("Imal", "Aimal Co., Ltd."), "Kabul, Afghanistan."),
        ),
        (
            f"Subordinate institution:{LINE_BREAK}201 Research Institute, Beijing.",
            EntityListRow("201 Research Institute", (), "Beijing."),
        ),
        (
            "Academy of Medical Sciences, Institute of Basic Medicine, 27 Road, Beijing",
            EntityListRow("Academy of Medical Sciences, Institute of Basic Medicine", (), "27 Road, Beijing"),
        ),
        (
            "Given Family, Hayan Research Institute, AEOI, Tehran",
            EntityListRow("Given Family", (), "Hayan Research Institute, AEOI, Tehran"),
        ),
        (
            "Lukoil, OAO (a.k.a. Lukoil; a.k.a. NK Lukoil), 11 Blvd, Moscow",
            EntityListRow("Lukoil, OAO", ("Lukoil", "NK Lukoil"), "11 Blvd, Moscow"),
        ),
        ("[Reserved]", EntityListRow("[Reserved]", (), "")),
        ("", EntityListRow("", (), "")),
    ],
)
def test_a_cell_is_split(cell: str, expected: EntityListRow) -> None:
    assert read_party(cell) == expected
