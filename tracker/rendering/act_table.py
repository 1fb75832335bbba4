"""Renders the acts of a change as a table in the reader's language: who does what, to what, of whom, why, how
much, Japan, from and until when. One table serves the viewer, the terminal and the PDF; each outlet escapes
it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.i18n import format_day, label, t
from tracker.model import Act, ActVerb, Direction, Language, Level, Operand
from tracker.rendering.location_text import location_label
from tracker.sanitize import sanitize_line, shorten
from tracker.terms import agency_name, conduct_name, eccn_label, goods_name
from tracker.wording import act_terms
from tracker.wording.amounts import amount
from tracker.wording.phrases import templates, third_person

# In reading order. A column that is empty in all acts is left out.
COLUMNS = (
    "actor", "verb", "object", "of", "trigger", "amount", "japan", "force", "since", "until",
)  # fmt: skip
SHOWN = 3  # acts shown before the rest is folded
_MOST = 4  # names in a cell
_LONGEST = 160  # characters of a trigger or an object
_AMOUNT = 40
_ENGLISH_VERB = re.compile(r"[a-z][a-z -]*")
_BOTH = frozenset(
    {ActVerb.IMPOSE, ActVerb.RAISE, ActVerb.LOWER, ActVerb.END, ActVerb.WIDEN, ActVerb.NARROW, ActVerb.REVISE}
)
# Verbs whose word depends on their operand. The others have one name in a table.
_SAID_OF_OPERAND = {
    "en": _BOTH,
    "ja": _BOTH
    | {
        ActVerb.SUSPEND, ActVerb.RESUME, ActVerb.EXTEND, ActVerb.DELAY, ActVerb.EXEMPT, ActVerb.INCLUDE, ActVerb.AUTHORIZE,
        ActVerb.REVOKE_AUTHORIZATION, ActVerb.ADD_CONTROL, ActVerb.REMOVE_CONTROL,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act. `cells` has a text for each column, empty where the act does not state it; `quote` is the
    operative sentence, `where` its location in the reader's words.
    """

    cells: Mapping[str, str]
    direction: Direction
    level: Level
    quote: str
    where: str


def act_rows(acts: Sequence[Act], language: Language) -> tuple[ActRow, ...]:
    """Return the acts in order, the most serious first."""
    return tuple(_row(act, language) for act in acts)


def columns(rows: Sequence[ActRow]) -> tuple[str, ...]:
    """Return the columns that are filled in at least one act."""
    return tuple(name for name in COLUMNS if any(row.cells[name] for row in rows))


def verb_label(verb: ActVerb, operand: Operand | None, language: Language) -> str:
    """Return the verb as used with this operand: a duty is 賦課, a license requirement 新設, a review policy 設定."""
    if operand is not None and verb in _SAID_OF_OPERAND[language]:
        pattern = templates(verb, operand, language)[0].partition("||")[0].strip()
        if language == "ja":
            return pattern.rpartition("|")[2]
        if found := _ENGLISH_VERB.match(pattern):
            return third_person(found[0].strip()).capitalize()
    return label("act-verb", verb, language)


def _row(act: Act, language: Language) -> ActRow:
    cells = {
        "actor": _actor(act, language),
        "verb": verb_label(act.verb, act.operand, language),
        "object": _object(act, language),
        "of": _of(act, language),
        "trigger": _trigger(act, language),
        "amount": _amount(act, language),
        "japan": _japan(act, language),
        "force": label("force", act.force, language),
        "since": format_day(act.since, language) if act.since else "",
        "until": format_day(act.until, language) if act.until else "",
    }
    quote, where = sanitize_line(act.evidence.quote), location_label(act.evidence.where, language)
    return ActRow(cells, act.direction, act.level, quote, where)


def _actor(act: Act, language: Language) -> str:
    name = agency_name(act.actor, language, short=True).removeprefix("the ")
    return name or sanitize_line(act.actor)


def _object(act: Act, language: Language) -> str:
    """Return the operand, and after it the goods, ECCNs, tariff headings, terms and the earlier act that it
    concerns.
    """
    colon = ":" if language == "ja" else ": "
    operand = act_terms.particular_noun(act, language).removeprefix("the ")
    if not operand and act.operand:
        operand = label("operand", act.operand, language)
    goods = [shorten(goods_name(words, language), _LONGEST) for words in act.objects]
    named = [_some(goods, language), _some([eccn_label(eccn, language) for eccn in act.eccns], language)]
    if act.hts:
        named.append(f"HTS {_some(act.hts, language)}")
    terms = act_terms.terms_of(act, language)
    named += [*terms.exceptions, *terms.policies, *terms.groups, *terms.bases, *terms.others]
    named.append(act_terms.earlier_name(act, language))
    # A license exception may be the operand and one of the terms.
    kept = dict.fromkeys(name for name in map(sanitize_line, named) if name and name != operand)
    return colon.join(part for part in (sanitize_line(operand), _comma(language).join(kept)) if part)


def _of(act: Act, language: Language) -> str:
    hit = [*act_terms.country_names(act.of, language)]
    if act_terms.is_general(act.of):
        hit.append(t("act.everyone", language))
    if act.party_count is not None and act.party_count > len(act.parties):
        hit.append(t("act.parties", language, count=act.party_count))
    return _comma(language).join(filter(None, (_some(hit, language), _some(act.parties, language))))


def _trigger(act: Act, language: Language) -> str:
    countries = _some(act_terms.country_names(act.trigger_countries, language), language)
    if language == "ja":
        conduct = conduct_name(act.trigger, countries.replace("、", "・"))
        return shorten(sanitize_line(conduct), _LONGEST) or countries
    conduct = shorten(sanitize_line(act.trigger), _LONGEST)
    return f"{conduct} ({countries})" if conduct and countries else conduct or countries


def _amount(act: Act, language: Language) -> str:
    before, after = (_rate(words, language) for words in (act.amount_before, act.amount_after))
    return t("act.from-to", language, before=before, after=after or "–") if before else after


def _japan(act: Act, language: Language) -> str:
    standing = label("japan-standing", act.japan, language)
    rate = _rate(act.japan_rate, language)
    return t("act.japan-rate", language, standing=standing, rate=rate) if rate else standing


def _rate(words: str, language: Language) -> str:
    return shorten(sanitize_line(amount(words, language)), _AMOUNT)


def _some(names: Sequence[str], language: Language) -> str:
    shown = [sanitize_line(name) for name in names[:_MOST]]
    if len(names) > _MOST:
        shown.append(t("message.more", language, count=len(names) - _MOST))
    return _comma(language).join(shown)


def _comma(language: Language) -> str:
    return "、" if language == "ja" else ", "
