"""Sentence, headline and summary of acts, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tracker.i18n import format_day, label
from tracker.model import (
    Act,
    ActVerb,
    Direction,
    DocumentKind,
    Force,
    LegalDate,
    LocalizedText,
    Operand,
    Status,
)
from tracker.wording.act_terms import (
    NOT_GOVERNING,
    country_names,
    says_little,
    spoken,
    with_japan,
)
from tracker.wording.amounts import amount
from tracker.wording.clause import (
    PRELIMINARY,
    done_ja,
    draft_ja,
    headline_ja,
    is_open_question,
    is_studied_measure,
    japan_en,
    japan_ja,
    main_en,
    sentence_en,
    sentence_ja,
)
from tracker.wording.english import EnglishAct
from tracker.wording.facts import DocumentFacts, plain_title, title_ja, title_keywords, title_says_act
from tracker.wording.further_acts import further_clause, is_certain, is_full, is_new, is_subsumed, worth_of
from tracker.wording.japanese import JapaneseAct
from tracker.wording.phrases import third_person
from tracker.wording.timing import is_comment_period, timing

_NO_FACTS = DocumentFacts()
_BINDING = frozenset({Force.BINDING_NOW, Force.BINDING_FROM})
_OTHERS = 3
_RATES = 4
_PLACES = 8
_DATES = 3
_TELLING_DATES = frozenset(
    {"effective", "compliance", "comments-close", "applications-close", "hearing", "stay-ends", "expires"}
)
_LONGEST_TITLE = 60
_FIELDS = 2


def act_sentence(
    act: Act, *, today: date, status: Sequence[Status] = (), facts: DocumentFacts = _NO_FACTS
) -> LocalizedText:
    """All facts of an act: who does what to what, of whom, why, how much, Japan, from when until when."""
    act, statuses = spoken(act), tuple(status)
    return LocalizedText(
        ja=sentence_ja(JapaneseAct(act, facts), statuses, today),
        en=sentence_en(EnglishAct(act, facts), statuses, today),
    )


def headline(
    act: Act,
    facts: DocumentFacts = _NO_FACTS,
    *,
    today: date,
    status: Sequence[Status] = (),
    others: Sequence[Act] = (),
) -> LocalizedText:
    """One line: who does what, then Japan's place, the date and a stay in brackets. `others` are the document's further acts:
    Japan's place is taken from them where this act does not say it."""
    rates = _rates(act, others)
    act, statuses = with_japan(_without_rate(spoken(act), rates), others), tuple(status)
    ja, en = JapaneseAct(act, facts), EnglishAct(act, facts)
    notes_ja = [
        *filter(None, [ja.at_home]),
        *(japan_ja(ja) or ()),
        *timing(act, statuses, today, "ja", span_shown="until" in ja.clause.shown),
    ]
    notes_en = [
        *filter(None, [en.at_home]),
        *(japan_en(en) or ()),
        *timing(act, statuses, today, "en", span_shown="until" in en.clause.shown),
    ]
    if (
        act.force is Force.STUDIED
        and act.verb not in PRELIMINARY | {ActVerb.DIRECT_AGENCY}
        and not is_studied_measure(act)
        and not is_open_question(act)
    ):
        notes_ja.append("検討段階")
    if rates:
        notes_ja.insert(0, f"税率は品目・国により{'・'.join(amount(each, 'ja') for each in rates)}")
        notes_en.insert(0, f"rates by goods and country: {', '.join(amount(each, 'en') for each in rates)}")
    by_title = bool(ja.title) or bool(rates and title_says_act(facts.title))
    under_title = not by_title and _is_under_title(ja)
    title = (
        plain_title(facts.title) if ja.bare and not by_title and facts.kind is not DocumentKind.CFR else ""
    )
    if title and facts.topics:  # the act names nothing that it hits: at least the field is said
        fields = facts.topics[:_FIELDS]
        notes_ja.insert(0, f"分野は{'、'.join(label('topic', each, 'ja') for each in fields)}")
        notes_en.insert(0, f"in the field of {', '.join(label('topic', each, 'en') for each in fields)}")
    if not any(re.search(r"\d日", note) for note in notes_ja) and (ahead := _next_date(facts, today)):
        notes_ja.append(f"{label('date', ahead.type, 'ja')}{format_day(ahead.date, 'ja')}")
        notes_en.append(f"{label('date', ahead.type, 'en')} {format_day(ahead.date, 'en')}")
    lower = [
        note[0].lower() + note[1:] if not note.startswith(("Japan", "BIS")) else note for note in notes_en
    ]
    return LocalizedText(
        ja=(
            _by_title_ja(ja)
            if by_title
            else f"{_by_title_ja(ja)}:{done_ja(ja)}"
            if under_title
            else headline_ja(ja)
        )
        + (f":「{title_ja(title) or title}」" if title else "")
        + (f"({'、'.join(map(_unbracketed, notes_ja))})" if notes_ja else ""),
        en=(_by_title_en(en) if by_title else main_en(en))
        + (f": “{title}”" if title else "")
        + (f" ({'; '.join(lower)})" if lower else ""),
    )


def summary(
    acts: Sequence[Act],
    facts: DocumentFacts = _NO_FACTS,
    *,
    today: date,
    status: Sequence[Status] = (),
) -> LocalizedText:
    """The gravest act (the first) in full, the others as clauses, and the end of the comment period. Empty without acts."""
    if not acts:
        return LocalizedText("", "")
    rates = _rates(acts[0], acts[1:])
    acts, statuses = [spoken(act) for act in acts], tuple(status)
    acts[0] = with_japan(_without_rate(acts[0], rates), acts[1:])
    first = act_sentence(acts[0], today=today, status=statuses, facts=facts)
    ja, en = first.ja, first.en
    if JapaneseAct(acts[0], facts).title or (rates and title_says_act(facts.title)):
        ja, en = _titled_summary(acts, facts, statuses, today, rates)
    elif JapaneseAct(acts[0], facts).bare and facts.title and facts.kind is not DocumentKind.CFR:
        ja += _named_ja(facts.title)
        en += f" Title: “{plain_title(facts.title)}”."
    elif (translated := title_ja(facts.title)) and facts.kind not in (DocumentKind.CFR, DocumentKind.LIST):
        ja += f"文書名:「{translated}」(仮訳)。"
    if rates and not title_says_act(facts.title):
        ja += f"追加関税の税率は品目・国により{'・'.join(amount(each, 'ja') for each in rates)}。"
        en += f" Rates of duty by goods and country: {', '.join(amount(each, 'en') for each in rates)}."
    told = [acts[0]]
    strong = not says_little(acts[0])  # a text led by its title had no sentence of which more could be told
    for act in sorted(acts[1:], key=lambda act: worth_of(act, acts[0]), reverse=True):
        if (
            is_full(act, facts)
            and not (
                rates and act.operand is Operand.DUTY
            )  # the range is given; whose rate each is, is not sure
            and (strong or is_certain(act))
            and is_new(act, told)
            and not is_subsumed(act, told)
        ):
            told.append(act)
    others = list(dict.fromkeys(further_clause(act, acts[0], facts) for act in told[1:]))
    others = [clause for clause in others if clause != further_clause(acts[0], acts[0], facts)]
    if others:
        more = len(others) - _OTHERS
        numbered = [clause.ja for clause in others[:_OTHERS]]
        if len(others) > 1:
            numbered = [f"({number}){words}" for number, words in enumerate(numbered, 1)]
        ja += "ほかの措置:" + "、".join(numbered)
        ja += f"、ほか{more}件。" if more > 0 else "。"
        en += " Also: " + "; ".join(clause.en for clause in others[:_OTHERS])
        en += f"; and {more} more." if more > 0 else "." * (not en.endswith("."))
    if facts.comments_close and not any(is_comment_period(act) and act.until for act in acts):
        day_ja, day_en = format_day(facts.comments_close, "ja"), format_day(facts.comments_close, "en")
        if facts.comments_close < today:
            ja += f"意見募集は終了({day_ja}締切)。"
            en += f" The comment period closed on {day_en}."
        else:
            ja += f"意見提出期限:{day_ja}。"
            en += f" Comments are due {day_en}."
    for entry in _further_dates(facts, ja):
        ja += f"{label('date', entry.type, 'ja')}:{format_day(entry.date, 'ja')}。"
        en += f" {label('date', entry.type, 'en')}: {format_day(entry.date, 'en')}."
    return LocalizedText(ja, en)


def _rates(act: Act, others: Sequence[Act]) -> tuple[str, ...]:
    """The rates of duty that a text sets, where there are several: none of them is the rate of the whole."""
    if act.operand is not Operand.DUTY or act.force not in _BINDING:
        return ()
    every = [each for each in (act, *others) if each.operand is Operand.DUTY and each.force in _BINDING]
    found = dict.fromkeys(each.amount_after for each in every if each.amount_after)
    return tuple(sorted(found, key=_number)[:_RATES]) if len(found) > 1 else ()


def _without_rate(act: Act, rates: Sequence[str]) -> Act:
    """The act without its own rate where the text sets several."""
    return replace(act, amount_before="", amount_after="") if rates else act


def _number(rate: str) -> float:
    match = re.search(r"\d+(?:\.\d+)?", rate)
    return float(match[0]) if match else 0.0


def _by_title_ja(parts: JapaneseAct) -> str:
    """「大統領、米国への木材の輸入の調整」: the title as it says what is done."""
    words = title_ja(parts.facts.title)
    if parts.act.force is Force.PROPOSED and parts.act.verb not in PRELIMINARY:
        draft = draft_ja(parts.facts)
        return f"{parts.who}の{draft}:{words}" if parts.who else f"{draft}:{words}"
    return f"{parts.who}、{words}" if parts.who else words


def _is_under_title(parts: JapaneseAct) -> bool:
    """Whether the headline of an order is its title with the act after it: the act alone would say less than the title."""
    act = parts.act
    return (
        act.actor == "president"
        and act.force in _BINDING
        and act.evidence.where != "title"
        and title_says_act(parts.facts.title)
        and not act.amount_after
        and len(title_ja(parts.facts.title)) <= _LONGEST_TITLE
    )


def _by_title_en(parts: EnglishAct) -> str:
    who = parts.who
    proposes = parts.act.force is Force.PROPOSED and parts.act.verb not in PRELIMINARY
    return f"{who[0].upper()}{who[1:]}{' proposes' if proposes else ''}: “{plain_title(parts.facts.title)}”"


def _titled_summary(
    acts: Sequence[Act],
    facts: DocumentFacts,
    statuses: tuple[Status, ...],
    today: date,
    rates: Sequence[str],
) -> tuple[str, str]:
    """What the title says is done, the range of the rates, Japan's place and the dates."""
    ja, en = JapaneseAct(acts[0], facts), EnglishAct(acts[0], facts)
    places = _places(acts)
    known = not rates and not ja.bare and acts[0].evidence.where != "title"
    known = known and acts[0].operand not in (None, Operand.SANCTION)
    if known and acts[0].direction is not Direction.UNDETERMINED and acts[0].verb not in NOT_GOVERNING:
        places = ("", "")
    else:
        known = False
    pieces_ja = [
        f"{ja.who}による{draft_ja(facts) if acts[0].force is Force.PROPOSED else ''}「{title_ja(facts.title)}」(仮訳。原題「{plain_title(facts.title)}」)",
        *(
            [f"{'案では、' if ja.act.force is Force.PROPOSED else '内容:'}{done_ja(ja)}", *ja.rest]
            if known
            else []
        ),
        *(
            [f"追加関税の税率は品目・国により{'・'.join(amount(each, 'ja') for each in rates)}"]
            if rates
            else []
        ),
        *([f"本文の措置に名前が挙がる国・地域:{places[0]}"] if places[0] else []),
        *japan_ja(ja),
        *timing(acts[0], statuses, today, "ja", span_shown=False),
    ]
    pieces_en = [
        _by_title_en(en),
        *([f"It {third_person(en.clause.words)}", *en.rest] if known else []),
        *(
            [f"Rates of duty by goods and country: {', '.join(amount(each, 'en') for each in rates)}"]
            if rates
            else []
        ),
        *([f"Countries named in its measures: {places[1]}"] if places[1] else []),
        *japan_en(en),
        *timing(acts[0], statuses, today, "en", span_shown=False),
    ]
    return "".join(f"{piece}。" for piece in pieces_ja), " ".join(f"{piece}." for piece in pieces_en)


def _places(acts: Sequence[Act]) -> tuple[str, str]:
    """The countries that the acts name, Japan first, in both languages."""
    ids = dict.fromkeys(place for act in acts for place in act.of)
    ordered = tuple(sorted(ids, key=lambda place: place != "japan"))
    ja, en = country_names(ordered, "ja"), country_names(ordered, "en")
    more = len(ja) - _PLACES
    return (
        "・".join(ja[:_PLACES]) + (f"ほか{more}か国・地域" if more > 0 else ""),
        ", ".join(en[:_PLACES]) + (f", and {more} more" if more > 0 else ""),
    )


def _named_ja(title: str) -> str:
    """The document's title, with its Japanese or else with what it names."""
    if translated := title_ja(title):
        return f"文書名:「{translated}」(仮訳。原題「{plain_title(title)}」)。"
    words = title_keywords(title)
    return f"文書名:「{plain_title(title)}」{f'(キーワード:{words})' if words else ''}。"


def _further_dates(facts: DocumentFacts, ja: str) -> list[LegalDate]:
    """The dates of the text that the words do not give yet, the earliest of each type, at most three."""
    found: dict[str, LegalDate] = {}
    for entry in sorted(facts.dates, key=lambda each: each.date):
        if (
            entry.type in _TELLING_DATES
            and entry.type not in found
            and format_day(entry.date, "ja") not in ja
        ):
            found[entry.type] = entry
    return list(found.values())[:_DATES]


def _next_date(facts: DocumentFacts, today: date) -> LegalDate | None:
    """The date that a headline gives where the act has none: the next one ahead, else the last one past."""
    telling = sorted(
        (each for each in facts.dates if each.type in _TELLING_DATES), key=lambda each: each.date
    )
    ahead = [each for each in telling if each.date >= today]
    return ahead[0] if ahead else (telling[-1] if telling else None)


def _unbracketed(note: str) -> str:
    return note.replace("(", "、").replace(")", "")
