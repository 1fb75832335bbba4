"""Acts in words: headline, sentence, summary and reason of a change, in Japanese and in English.

Pure functions over `model.Act`. The words follow the day and the legal status that the caller passes in, so that the same
act reads differently before and after its date. Texts are plain; outlets escape them.

    sentence = act_sentence(act, today=today, status=classification.status, facts=facts)
    headline(act, facts, today=today, status=..., others=acts)   one line without a full stop
    summary(acts, facts, today=today, status=...)      the gravest act in full, the others in a line
    reason(act, level, direction, others=acts)         why it matters to a firm in Japan
    unread(facts, ReadState.NO_TEXT)                   a document in which no act could be read
    trade_remedy_finding(sentences)                    what is found about dumping or subsidies
    words_on(text, statuses, today, language)          a stored headline or summary as it reads on a later day
    change_headline(places)                            a change of text in which no act could be read
"""

from tracker.wording.changed_text import change_headline
from tracker.wording.clause import act_clause
from tracker.wording.corrected_days import corrected_days_words
from tracker.wording.facts import DocumentFacts, ReadState, plain_title, title_ja
from tracker.wording.findings import finding_words, trade_remedy_finding
from tracker.wording.reason import reason
from tracker.wording.sentence import act_sentence, headline, summary
from tracker.wording.timing import words_on
from tracker.wording.unread import Unread, unread

__all__ = [
    "DocumentFacts",
    "ReadState",
    "Unread",
    "act_clause",
    "act_sentence",
    "change_headline",
    "corrected_days_words",
    "finding_words",
    "headline",
    "plain_title",
    "reason",
    "summary",
    "title_ja",
    "trade_remedy_finding",
    "unread",
    "words_on",
]
