"""For any text, classification neither fails nor quotes words that the text does not have."""

from __future__ import annotations

from datetime import date
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.classification import classify, match_profiles
from tracker.model import Document, DocumentKind, Op, Operation, Profile, Unit, UnitKind
from tracker.text import fold_space

WORDS = st.sampled_from(
    (
        "Entity List", "adding", "36 entities", "under the destination of", "China", "Japan", "stayed until",
        "November 9, 2026", "effective", "EAR", "license exception", "§ 744.11(a)(1)", "3B001.c", "(", "“", ".",
        "semiconductor manufacturing equipment", "comments must be received by", "Section 301", "90 FR 47201",
        "真空バルブ", "February 30, 2025", "E.O. 14257", "revoked", "correction", ";", "Supplement No. 4 to part 744",
        "\u00a0", "\ud7ff", "Ltd.", "U.S.", "instruction 5", "except for", "\t",
    )
)  # fmt: skip
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=25).map(" ".join)
SPANS: st.SearchStrategy[Literal["equal", "delete", "insert"]] = st.sampled_from(
    ("equal", "delete", "insert")
)
TODAY = date(2026, 1, 1)
FIRM = Profile(
    "p", eccns=("3B001",), hts=("8481",), products=("真空バルブ",), parties=("Sample Co., Ltd.",),
    countries=("Japan",), topics=("entity-list",),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(DocumentKind))
def test_every_quote_occurs_in_the_document(title: str, abstract: str, text: str, kind: DocumentKind) -> None:
    document = Document(
        key="k", kind=kind, title=title, url="", abstract=abstract, dates_text=text,
        units=(Unit("¶1", UnitKind.PARAGRAPH, text), Unit("¶2", UnitKind.INSTRUCTION, text)),
    )  # fmt: skip
    found = classify(document, today=TODAY)
    whole = "\n".join(fold_space(part) for part in (title, abstract, text))
    quotes = [evidence.quote for topic in found.topics for evidence in topic.evidence]
    quotes += [evidence.quote for evidence in found.japan_nexus]
    quotes += [act.evidence.quote for act in found.acts]
    assert [quote for quote in quotes if quote not in whole] == []
    for topic in found.topics:
        assert 0 < topic.score <= 1
        assert topic.evidence
    assert found.reason.ja
    assert found.reason.en
    match_profiles([FIRM], document, (), found)


@settings(max_examples=80, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(UnitKind))
def test_a_change_is_tagged_from_its_words_alone(before: str, after: str, kind: UnitKind) -> None:
    op = Op.CHANGED if before and after else Op.ADDED if after else Op.REMOVED
    operation = Operation(
        "Supp. No. 4 to Part 744 › JAPAN › x", op, before, after, kind=kind,
        spans=(("delete", before), ("insert", after)),
    )  # fmt: skip
    document = Document(key="15 CFR 744", kind=DocumentKind.CFR, title="PART 744", url="")
    found = classify(document, [operation], today=TODAY)
    whole = f"{fold_space(before)}\n{fold_space(after)}\n{operation.path}"
    quotes = [evidence.quote for topic in found.topics for evidence in topic.evidence]
    quotes += [act.evidence.quote for act in found.acts if act.evidence.where != "title"]
    assert [quote for quote in quotes if fold_space(quote) not in whole] == []
    match_profiles([FIRM], document, [operation], found)


@st.composite
def edits(draw: st.DrawFn) -> Operation:
    """One operation of any kind whose spans make up its two texts."""
    spans = draw(st.lists(st.tuples(SPANS, TEXTS), min_size=1, max_size=4))
    op = draw(st.sampled_from((Op.ADDED, Op.REMOVED, Op.CHANGED)))
    before = "".join(text for kind, text in spans if kind != "insert") if op is not Op.ADDED else ""
    after = "".join(text for kind, text in spans if kind != "delete") if op is not Op.REMOVED else ""
    path = draw(
        st.sampled_from(
            (
                "15 CFR 744.11(a)", "15 CFR 734.4(c)", "Supp. No. 1 to Part 774 › 3B001 › c", "Supp. No. 4 to Part 744 › JAPAN › x",
                "15 CFR 744.11 › Effective Date Note", "Page › ¶1", "Links › Menu", "",
            )
        )
    )  # fmt: skip
    kind = draw(st.sampled_from(UnitKind))
    return Operation(path, op, before, after, kind=kind, spans=tuple(spans), editorial=draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(st.lists(edits(), max_size=5), st.sampled_from(DocumentKind), TEXTS)
def test_no_list_of_edits_of_any_document_makes_it_fail(
    operations: list[Operation], kind: DocumentKind, title: str
) -> None:
    units = tuple(Unit(each.path, each.kind, each.after) for each in operations if each.after)
    document = Document(key="k", kind=kind, title=title, url="", units=units)
    found = classify(document, operations, today=TODAY)
    assert found.reason.ja or not operations
    assert all(act.level.rank <= found.level.rank for act in found.acts)
    match_profiles([FIRM], document, operations, found)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_tagging_twice_gives_the_same(title: str, abstract: str) -> None:
    document = Document(key="k", kind=DocumentKind.NOTICE, title=title, url="", abstract=abstract)
    assert classify(document, today=TODAY) == classify(document, today=TODAY)
