"""When an act applies, as seen from a day: before its date, after it, and while a stay lasts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from tracker.i18n import format_day
from tracker.legal_status.current import current_status
from tracker.model import Act, ActVerb, Force, Language, Operand, Status

_COMMENTS = frozenset({ActVerb.REQUEST_COMMENTS})
# What is done on a day and does not take effect on it.
EVENTS = frozenset(
    {
        ActVerb.REQUEST_COMMENTS,
        ActVerb.INVESTIGATE,
        ActVerb.NEGOTIATE,
        ActVerb.DIRECT_AGENCY,
        ActVerb.DETERMINE,
        ActVerb.PENALIZE,
        ActVerb.REPORT,
        ActVerb.COMMEMORATE,
        ActVerb.PROPOSE,
    }
)
_EVENT_OPERANDS = frozenset(
    {
        Operand.PROCEEDING,
        Operand.GUIDANCE,
        Operand.AGREEMENT,
        Operand.EMERGENCY,
        Operand.PROGRAM,
        Operand.DEADLINE,
    }
)
_BORDER = frozenset({Operand.DUTY, Operand.EXCLUSION, Operand.QUOTA, Operand.CUSTOMS_DE_MINIMIS})
_HELD = {
    "stayed": ("効力停止中", "now stayed"),
    "not-enforced": ("執行見合わせ中", "now not enforced"),
    "delayed": ("施行延期中", "effective date delayed"),
}
_OVER = {
    "withdrawn": ("撤回済み", "since withdrawn"),
    "rescinded": ("廃止済み", "since rescinded"),
    "expired": ("失効済み", "since expired"),
    "declared-unlawful": ("違法と判断済み", "declared unlawful"),
}


def is_comment_period(act: Act) -> bool:
    return act.verb in _COMMENTS or act.operand is Operand.COMMENT_PERIOD


def standing(statuses: Iterable[Status], today: date, language: Language) -> str:
    """A stay, a delay, non-enforcement or an end that holds today, with its last day; empty where none does:
    `現在は2027年1月1日まで効力停止中`, `now stayed until January 1, 2027`."""
    now = current_status(statuses, today).now
    if now is None:
        return ""
    column = 0 if language == "ja" else 1
    if now.state in _HELD:
        words = _HELD[now.state][column]
        last = format_day(now.until, language) if now.until else ""
        if language == "ja":
            return f"現在は{last}まで{words}" if last else f"現在は{words}"
        return f"{words} until {last}" if last else words
    return _OVER[now.state][column] if now.state in _OVER else ""


def in_force(statuses: Iterable[Status], today: date) -> bool:
    now = current_status(statuses, today).now
    return now is not None and now.state == "in-force"


def _is_event(act: Act) -> bool:
    return act.verb in EVENTS or act.operand in _EVENT_OPERANDS


def _binds(act: Act) -> bool:
    return act.force in (Force.BINDING_NOW, Force.BINDING_FROM)


def _delayed(statuses: Iterable[Status], today: date) -> bool:
    now = current_status(statuses, today).now
    return now is not None and now.state == "delayed"


def timing(
    act: Act, statuses: tuple[Status, ...], today: date, language: Language, *, span_shown: bool
) -> tuple[str, ...]:
    """The dates of an act as sentences without their full stops. `span_shown`: the clause already says until when."""
    since = format_day(act.since, language) if act.since else ""
    until = format_day(act.until, language) if act.until else ""
    begun = act.since is not None and act.since <= today and (act.until is None or act.until >= today)
    over = act.until is not None and act.until < today
    held = standing(statuses, today, language)
    japanese = language == "ja"
    if is_comment_period(act):
        return _comments(since, until, over, held, japanese, span_shown=span_shown)
    out = []
    suspended = act.verb is ActVerb.SUSPEND and span_shown
    if since and _delayed(statuses, today):
        out.append(f"当初の施行日:{since}" if japanese else f"Original effective date: {since}")
    elif since and not (suspended and until):
        out.append(_since(act, since, begun=begun and not held, japanese=japanese))
    elif not since and not _is_event(act) and _binds(act) and in_force(statuses, today):
        out.append("施行済み" if japanese else "In force")
    if until and not span_shown:
        if over:
            out.append(f"{until}に終了済み" if japanese else f"Ended on {until}")
        else:
            out.append(f"{until}まで" if japanese else f"Until {until}")
    elif until and over:
        out.append("期間は終了済み" if japanese else "That period has ended")
    if held:
        out.append(held if japanese else held[0].upper() + held[1:])
    return tuple(out)


def _since(act: Act, since: str, *, begun: bool, japanese: bool) -> str:
    if act.verb is ActVerb.DELAY:
        return f"延期後の施行日:{since}" if japanese else f"The delayed rule takes effect {since}"
    if act.verb is ActVerb.INVESTIGATE:
        return f"{since}開始" if japanese else f"Opened {since}"
    if act.force is Force.PROPOSED and act.verb not in EVENTS:
        return f"適用予定:{since}" if japanese else f"Planned date: {since}"
    if act.force in (Force.STUDIED, Force.STATEMENT) and act.verb not in EVENTS:
        return f"時期:{since}" if japanese else f"Date: {since}"
    if act.verb is ActVerb.END and act.operand in _BORDER:
        if japanese:
            return f"{since}に終了{'済み' if begun else ''}"
        return f"{'Ended' if begun else 'Ends'} {since}"
    if _is_event(act):
        return f"時期:{since}" if japanese else f"Date: {since}"
    if act.operand in _BORDER:
        if japanese:
            return f"{since}から適用{'中' if begun else ''}"
        return f"In effect since {since}" if begun else f"Applies from {since}"
    if japanese:
        return f"{since}施行{'済み' if begun else ''}"
    return f"In force since {since}" if begun else f"Effective {since}"


def _comments(
    since: str, until: str, over: bool, held: str, japanese: bool, *, span_shown: bool
) -> tuple[str, ...]:
    out = []
    if since:
        out.append(f"募集開始:{since}" if japanese else f"Comments open {since}")
    if until:
        if over:
            out.append(
                f"意見募集は終了({until}締切)" if japanese else f"The comment period closed on {until}"
            )
        elif not span_shown:
            out.append(f"意見提出期限:{until}" if japanese else f"Comments are due {until}")
    if held:
        out.append(held if japanese else held[0].upper() + held[1:])
    return tuple(out)


# What the words of a record say of its force, as `timing` writes it: in the title's brackets, or as a sentence.
_DAY_JA = r"\d{4}年\d{1,2}月\d{1,2}日"
# Records of earlier versions have the day before the month.
_DAY_EN = r"(?:[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4})"
_NOTE_JA, _NOTE_EN = r"(?:(?<=[(、。])|^)", r"(?:(?<=\()|(?<=; )|(?<=\. )|^)"
_END_JA, _END_EN = r"(?=[)、。]|$)", r"(?=[);.]|$)"
_STANDING = {
    "ja": re.compile(
        rf"{_NOTE_JA}(?:現在は(?:{_DAY_JA}まで)?(?:{'|'.join(ja for ja, _ in _HELD.values())})|{'|'.join(ja for ja, _ in _OVER.values())}){_END_JA}"
    ),
    "en": re.compile(
        rf"{_NOTE_EN}(?:{'|'.join(en for _, en in (*_HELD.values(), *_OVER.values()))})(?: until {_DAY_EN})?{_END_EN}",
        re.IGNORECASE,
    ),
}
_IN_FORCE = {
    "ja": re.compile(rf"{_NOTE_JA}施行済み{_END_JA}"),
    "en": re.compile(rf"{_NOTE_EN}in force{_END_EN}", re.IGNORECASE),
}
# Each claim to be in force by its day, and how it reads while it is not; with the day as an original one, where it is delayed.
_CLAIMS: dict[str, tuple[tuple[re.Pattern[str], str, str], ...]] = {
    "ja": (
        (re.compile(rf"({_DAY_JA})施行(?:済み)?{_END_JA}"), r"\1施行", r"当初の施行日:\1"),
        (re.compile(rf"({_DAY_JA})から適用中"), r"\1から適用", r"当初の適用日:\1"),
    ),
    "en": (
        (re.compile(rf"In force since ({_DAY_EN})"), r"Effective \1", r"Original effective date: \1"),
        (re.compile(rf"in force since ({_DAY_EN})"), r"effective \1", r"original effective date: \1"),
        (re.compile(rf"In effect since ({_DAY_EN})"), r"Applies from \1", r"Original first day: \1"),
        (re.compile(rf"in effect since ({_DAY_EN})"), r"applies from \1", r"original first day: \1"),
    ),
}


def words_on(text: str, statuses: Iterable[Status], today: date, language: Language) -> str:
    """A stored headline or summary as it reads on a day: it does not say "in force" of what is stayed or over by then, and does
    not say "now stayed" of what is no longer; what holds instead is said once."""
    known = tuple(statuses)
    held = standing(known, today, language)
    before = _STANDING[language].search(text)
    if not text or (not held and before is None):
        return text
    if before is not None and before[0].casefold() != held.casefold():
        text = _without(text, before, language)
    if not held:
        return text
    delayed = _delayed(known, today)
    for claim, neutral, original in _CLAIMS[language]:
        text = claim.sub(original if delayed else neutral, text)
    if held.casefold() in text.casefold():
        return text
    if _IN_FORCE[language].search(text):
        return _IN_FORCE[language].sub(lambda match: _cased(held, match[0]), text)
    return _with_note(text, held, language)


def _cased(words: str, like: str) -> str:
    return words[0].upper() + words[1:] if like[:1].isupper() else words


def _without(text: str, found: re.Match[str], language: Language) -> str:
    """The text without a note, and without the mark that joined it."""
    left, right = text[: found.start()], text[found.end() :]
    gap = "、" if language == "ja" else "; "
    if left.endswith(gap):
        return left.removesuffix(gap) + right
    if right.startswith(gap):
        return left + right.removeprefix(gap)
    if left.endswith("(") and right.startswith(")"):
        return left.removesuffix("(").rstrip() + right.removeprefix(")")
    return (
        f"{left.rstrip()} {right.lstrip('。.').lstrip()}".strip()
        if language == "en"
        else left + right.lstrip("。")
    )


def _with_note(text: str, note: str, language: Language) -> str:
    if language == "ja":
        if text.endswith("。"):
            return f"{text}{note}。"
        return f"{text[:-1]}、{note})" if text.endswith(")") else f"{text}({note})"
    if text.endswith("."):
        return f"{text} {_cased(note, 'X')}."
    return f"{text[:-1]}; {note})" if text.endswith(")") else f"{text} ({note})"
