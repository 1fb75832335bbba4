"""Any change that the program could meet, for property tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from tracker.model import (
    Change,
    Classification,
    Direction,
    DocumentKind,
    DocumentRelation,
    Evidence,
    LegalDate,
    Level,
    LocalizedText,
    ProfileMatch,
    SnapshotRef,
    Status,
    Topic,
)

words = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
instants = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def tuples(element: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(element, max_size=3).map(tuple)


evidence = st.builds(Evidence, words, words)
bilingual = st.builds(LocalizedText, words, words)
taggings = st.builds(
    Classification,
    level=st.sampled_from(Level),
    topics=tuples(st.builds(Topic, words, st.floats(0, 1), tuples(evidence))),
    direction=st.none() | st.sampled_from(Direction),
    japan_nexus=tuples(evidence),
    dates=tuples(st.builds(LegalDate, words, days, words, words, st.booleans())),
    status=tuples(
        st.builds(Status, words, st.none() | days, st.none() | days, st.none() | words, tuples(words), words)
    ),
    links=tuples(st.builds(DocumentRelation, words, words, words)),
    units=tuples(words),
    eccns=tuples(words),
    reason=bilingual,
    summary=bilingual,
    version=words,
)
snapshots = st.none() | st.builds(SnapshotRef, words, instants)
changes = st.builds(
    Change,
    id=st.from_regex(r"chg_[0-9a-f]{16}", fullmatch=True),
    source=words,
    kind=st.sampled_from(DocumentKind),
    title=words,
    url=words,
    detected_at=instants,
    tagging=taggings,
    document_number=st.none() | words,
    citation=st.none() | words,
    agencies=tuples(words),
    published=st.none() | days,
    abstract=words,
    revision=st.integers(1, 9),
    baseline=st.booleans(),
    editorial=st.booleans(),
    profiles=tuples(st.builds(ProfileMatch, words, st.sampled_from(Level), tuples(evidence))),
    before=snapshots,
    after=snapshots,
    supersedes=st.none() | words,
)
