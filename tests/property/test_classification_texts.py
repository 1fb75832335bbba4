"""Whatever stands in a text, tagging neither fails nor says what does not stand there."""

from __future__ import annotations

from datetime import date

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
    for topic in found.topics:
        assert all(evidence.quote in whole for evidence in topic.evidence)
    match_profiles([FIRM], document, [operation], found)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_tagging_twice_says_the_same(title: str, abstract: str) -> None:
    document = Document(key="k", kind=DocumentKind.NOTICE, title=title, url="", abstract=abstract)
    assert classify(document, today=TODAY) == classify(document, today=TODAY)
