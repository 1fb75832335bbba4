"""Losses that are too large for one poll: lists, parties, sections, supplements, parts of pages."""

from __future__ import annotations

import pytest

from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.losses import Loss, LossKind, added_lists, losses

ENTITY, DENIED = "Entity List (EL) - Bureau of Industry and Security", "Denied Persons List (DPL) - BIS"


def parties(**counts: int) -> Document:
    names = {"entity": ENTITY, "denied": DENIED}
    units = tuple(
        Unit(
            f"{key} › JAPAN › Party {number}",
            UnitKind.ROW,
            f"Party {number}",
            meta=(("list", names[key]), ("party", f"Party {number}")),
        )
        for key, count in counts.items()
        for number in range(count)
    )
    return Document("k", DocumentKind.LIST, "List", "u", units)


def part(**counts: int) -> Document:
    """`part(s5=10)` has section 744.5 with ten paragraphs, `part(supp=10)` a supplement with ten rows."""
    units = []
    for name, count in counts.items():
        head = "Supp. No. 4 to Part 744" if name == "supp" else f"15 CFR 744.{name[1:]}"
        units.append(Unit(head, UnitKind.HEADING, head))
        for number in range(1, count):
            path = f"{head} › JAPAN › Party {number}" if name == "supp" else f"{head}(a)({number})"
            units.append(Unit(path, UnitKind.PARAGRAPH, "Words of the law."))
    return Document("15 CFR 744", DocumentKind.CFR, "Part", "u", tuple(units))


def page(**counts: int) -> Document:
    units = []
    for name, count in counts.items():
        units.append(Unit(name, UnitKind.HEADING, name))
        units += [Unit(f"{name} ¶{number}", UnitKind.PARAGRAPH, "Some words.") for number in range(1, count)]
    return Document("k", DocumentKind.PAGE, "Page", "u", tuple(units))


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (parties(entity=180, denied=60), parties(denied=60), (Loss(LossKind.LIST, ENTITY, 180, 180, "entity"),)),
        (parties(entity=180, denied=3), parties(entity=180), (Loss(LossKind.LIST, DENIED, 3, 3, "denied"),)),
        (parties(entity=60), parties(entity=33), (Loss(LossKind.PARTIES, ENTITY, 27, 60),)),
        (parties(entity=600, denied=10), parties(entity=600, denied=4), (Loss(LossKind.PARTIES, DENIED, 6, 10),)),
        (parties(entity=6), parties(entity=3), (Loss(LossKind.PARTIES, ENTITY, 3, 6),)),
        (parties(entity=180), parties(entity=177), ()),
        (parties(entity=12), parties(entity=8), ()),
        (parties(entity=180, denied=1), parties(entity=180), ()),
        (parties(entity=10), parties(entity=100), ()),
        (part(s1=9, s2=9, s3=9, s4=9), part(s1=9, s2=9), (Loss(LossKind.SECTIONS, "", 2, 4),)),
        (part(s1=200, supp=200), part(s1=200, supp=140), (Loss(LossKind.UNITS, "Supp. No. 4 to Part 744", 60, 200),)),
        (part(s1=200, supp=200), part(s1=200), (Loss(LossKind.UNITS, "Supp. No. 4 to Part 744", 200, 200),)),
        (part(s1=30, s2=300), part(s1=12, s2=300), (Loss(LossKind.UNITS, "15 CFR 744.1", 18, 30),)),
        (part(s1=9, s2=9, s3=9, s4=9, s5=9), part(s1=9, s2=9, s3=9, s4=9), ()),
        (part(s1=30, s2=300), part(s1=25, s2=290), ()),
        (page(a=30), page(a=15), (Loss(LossKind.UNITS, "a", 15, 29),)),
        (page(a=10, b=10), page(a=10), (Loss(LossKind.UNITS, "", 10, 20),)),
        (page(a=200, b=20), page(a=200, b=5), (Loss(LossKind.UNITS, "b", 15, 19),)),
        (page(a=100, b=20), page(a=100, c=20), ()),
        (page(a=20), page(a=13), ()),
    ],
)  # fmt: skip
def test_a_large_loss_is_seen_and_a_small_one_is_not(
    before: Document, now: Document, found: tuple[Loss, ...]
) -> None:
    assert losses(now, before) == found
    assert losses(before, before) == ()


def test_replaced_parties_are_removed() -> None:
    others = parties(entity=60)
    renamed = tuple(
        Unit(f"{u.path} Ltd.", u.kind, u.text, meta=(u.meta[0], ("party", f"{u.path} Ltd.")))
        for u in others.units
    )
    assert losses(Document("k", DocumentKind.LIST, "List", "u", renamed), others) == (
        Loss(LossKind.PARTIES, ENTITY, 60, 60),
    )


def test_a_new_list_is_no_addition_of_its_parties() -> None:
    assert added_lists(parties(entity=5, denied=9), parties(entity=5)) == (
        Loss(LossKind.BACK, DENIED, 9, 0, "denied"),
    )
    assert added_lists(parties(entity=9), parties(entity=5)) == ()


def test_a_loss_has_one_label_for_any_numbers() -> None:
    (first,) = losses(parties(entity=33), parties(entity=60))
    (second,) = losses(parties(entity=30), parties(entity=60))
    assert first != second
    assert first.label == second.label
    assert first.line() == f"27 of 60 parties of {ENTITY} are gone"
