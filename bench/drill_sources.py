"""Every known misbehavior of sources, one by one: those of `sources.md` (g) by hand, and all named ones of the stand-in
on each kind of source."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from typing import Any

from bench.drill_kit import Drill, Outcome, change, clean, disable_logging, new_world, news
from tests.e2e.world import World
from tests.standin.misbehaviors import BEHAVIORS
from tracker.demo.model import FrDocument
from tracker.demo.parties import LIST_PATH, party, screening_list

BIS = ("commerce-department", "industry-and-security-bureau")
PDF_NEWS = (
    "A vacuum valve of ECCN 3B001 that is ordered by a party on the Entity List in China is a red flag."
)


def document(
    world: World,
    number: str,
    title: str = "Additions of Chinese Chip Makers to the Entity List",
    **facts: object,
) -> None:
    """A rule that is worth an alert, listed from now on."""
    world.standin.add_document(
        FrDocument(number, world.now.date(), title, "RULE", BIS,
                   "BIS adds 12 entities in China to the Entity List.", {"start_page": 31000, "end_page": 31004, **facts}),
        ["BIS adds 12 entities in China to the Entity List for ECCN 3B001."],
    )  # fmt: skip


def _listed_after(world: World, behavior: str = "", where: str = "/api/", **options: Any) -> Outcome:
    """A document appears while the API misbehaves for two polls; then the API is well again."""
    world.use("fr-bis").poll()
    world.later(days=1)
    document(world, "2026-12001")
    if behavior:
        world.standin.misbehave(where, behavior, **options)
    seen = []
    for _ in range(2):
        seen.append(world.one().state)
        world.later(hours=2)
    world.standin.behave()
    for _ in range(2):
        world.poll()
        world.later(hours=25)
    alerted = [alert for alert in news(world) if "2026-12001" in alert]
    return Outcome(
        f"{', '.join(dict.fromkeys(seen))}; sent {len(alerted)} times", len(alerted) == 1 and clean(world)
    )


def clamps(world: World) -> Outcome:
    for number in range(250):
        world.standin.archive.documents.add(
            FrDocument(f"2026-10{number:03}", date(2026, 5, 1) + timedelta(days=number // 10), f"Notice {number}", "NOTICE", BIS)
        )  # fmt: skip
    report = world.use("fr-bis").one()
    return Outcome(
        f"{report.baseline} of 251 stored, over several pages", report.baseline == 251 and report.ok
    )


def early(world: World) -> Outcome:
    world.use("fr-bis").poll()
    tomorrow = world.now.date() + timedelta(days=1)
    world.standin.add_document(
        FrDocument("2026-12001", tomorrow, "Entity List additions of Chinese chip makers", "RULE", BIS, "BIS adds entities in China.")
    )  # fmt: skip
    world.later(hours=1)
    world.poll()
    for _ in range(3):
        world.later(hours=20)
        world.poll()
    alerted = [alert for alert in news(world) if "2026-12001" in alert]
    return Outcome(f"sent {len(alerted)} time, a day ahead", len(alerted) == 1)


def inspection(world: World) -> Outcome:
    report = world.use("inspection").one()
    return Outcome(
        f"{report.baseline} on inspection under the child agency alone", report.baseline == 1 and report.ok
    )


def _without_alerts(world: World, behavior: str) -> Outcome:
    world.use("fr-bis").poll()
    world.standin.misbehave("/api/", behavior)
    for _ in range(2):
        world.later(hours=25)
        world.poll()
    alerted = [alert for alert in news(world) if "2026-11003" not in alert]
    return Outcome(f"{len(alerted)} alerts", not alerted)


def trailing(world: World) -> Outcome:
    return _without_alerts(world, "trailing-spaces")


def null_abstract(world: World) -> Outcome:
    return _listed_after(world, "null-abstract")


def correction(world: World) -> Outcome:
    world.use("fr-bis").poll()
    world.later(days=1)
    document(
        world,
        "C1-2026-11001",
        "Sample Revisions to Controls on Etching Equipment; Correction",
        correction_of="2026-11001",
    )
    world.poll()
    found = world.changes(query="C1-2026-11001")
    links = [link for one in found for link in one["links"] if link["relation"] == "corrects"]
    alerted = [alert for alert in news(world) if "C1-2026-11001" in alert]
    return Outcome(
        f"sent {len(alerted)} time, linked to {len(links)} rule", len(alerted) == 1 and len(links) >= 1
    )


def patched(world: World) -> Outcome:
    world.use("fr-bis").poll()
    world.later(hours=25)
    world.poll()
    world.standin.patch_xml("2026-11001", "ECCN 3B001", "ECCN 3B001 and ECCN 3A090")
    world.later(hours=25)
    world.poll()
    (found,) = [one for one in world.changes() if one["document_number"] == "2026-11001"]
    return Outcome(f"seen: the record is at revision {found['revision']}", found["revision"] == 2)


def cached(world: World) -> Outcome:
    return _listed_after(world)


def wall_200(world: World) -> Outcome:
    return _listed_after(world, "request-access-200")


def wall_403(world: World) -> Outcome:
    return _listed_after(world, "request-access-403")


def zero(world: World) -> Outcome:
    return _listed_after(world, "empty-list")


def too_many(world: World) -> Outcome:
    return _listed_after(world, "429")


def _code(world: World, behavior: str, where: str, times: int | None = None, **options: Any) -> Outcome:
    world.use("ear").poll()
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant", day=date(2026, 6, 11))
    world.later(days=5)
    world.standin.misbehave(where, behavior, times=times, **options)
    first = world.one().state
    world.standin.behave()
    for _ in range(2):
        world.later(hours=2)
        world.poll()
    return Outcome(f"{first}; sent {len(news(world))} time", len(news(world)) == 1 and clean(world))


def importing(world: World) -> Outcome:
    return _code(world, "import-in-progress", "titles")


def code_429(world: World) -> Outcome:
    return _code(world, "429", "versioner")


def slow_504(world: World) -> Outcome:
    return _code(world, "504-slow", "full/", times=1, seconds=0.05)


def behind(world: World) -> Outcome:
    world.use("ear").poll()
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant", day=world.now.date())
    days = 0
    while not news(world) and days < 6:
        days += 1
        world.later(days=1)
        world.poll()
    wrong = [asked for asked in world.standin.asked("versioner") if asked.status == 404]
    whole = [asked for asked in world.standin.asked("full/") if "part=" not in asked.path]
    return Outcome(
        f"sent {days} days later, when it was there; {len(wrong)} requests for days that do not exist, {len(whole)} for a whole title",
        len(news(world)) == 1 and not wrong and not whole,
    )


def stay_note(world: World) -> Outcome:
    world.use("ear").poll()
    world.standin.edit_part(
        15, "744", "<CITA", "<EFFDNOT>\n<HED>Effective Date Note:</HED><PSPACE>At 90 FR 50857, Nov. 12, 2025, § 744.11(a)(1) "
        "was stayed until Nov. 9, 2026.\n</PSPACE></EFFDNOT>\n<CITA",
    )  # fmt: skip
    world.later(days=1)
    world.poll()
    found = [one for one in world.changes() if not one["baseline"]]
    states = sorted({status["state"] for one in found for status in one["status"]})
    return Outcome(
        f"sent {len(news(world))} time; status {', '.join(states) or 'none'}",
        len(news(world)) == 1 and "stayed" in states,
    )


def same_text(world: World) -> Outcome:
    world.use("ear").poll()
    text = world.standin.archive.code[15, "744"]
    world.standin.archive.put_part(15, "744", date(2026, 6, 11), text[max(text)])
    world.later(days=7)
    report = world.one()
    return Outcome(
        f"{len(report.changes)} changes, {world.alerted} alerts", not report.changes and world.alerted == 0
    )


def list_same_day(world: World) -> Outcome:
    world.use("list").poll()
    world.standin.put_page(
        LIST_PATH, screening_list([party("Sample Etching Works", 1, "CN"), party("Sample Valve Trading", 2, "JP"),
                                   party("Sample Chip Foundry", 3, "CN")])
    )  # fmt: skip
    world.later(hours=1)
    report = world.one()
    return Outcome(f"{len(report.changes)} change, sent {len(news(world))} time", len(report.changes) == 1)


def slug(world: World) -> Outcome:
    world.use("page").poll()
    world.standin.misbehave("/news/rule", "404")
    for _ in range(3):
        world.later(hours=25)
        state = world.one().state
    gone = [one for one in world.changes() if not one["baseline"]]
    return Outcome(
        f"{state}; {len(gone)} record that the page is gone, {world.alerted} messages with the outage's",
        state != "healthy" and [one["after"] for one in gone] == [None] and world.alerted == 2,
    )


def pdf(world: World) -> Outcome:
    world.use("news").poll()
    world.standin.put_page("/media/guidance.pdf", f"Guidance on red flags\n\n{PDF_NEWS}")
    world.later(hours=25)
    report = world.one()
    return Outcome(f"{len(report.changes)} change", len(report.changes) == 1)


def javascript(world: World) -> Outcome:
    world.use("page").poll()
    world.standin.misbehave("/news/rule", "js-only")
    world.later(hours=25)
    report = world.one()
    return Outcome(f"{report.state}; {len(report.changes)} changes", not report.ok and not report.changes)


DRILLS = [
    Drill("FR: `per_page` and `page` clamped", "all documents", clamps),
    Drill("FR: no `results`, as if there were none", "a failing source, sent once when it is back", zero),
    Drill("FR: listed ahead of its day", "sent once", early),
    Drill("FR: inspection list without the parent agency", "found", inspection),
    Drill("FR: titles that end in spaces", "0 alerts", trailing),
    Drill("FR: null abstract", "sent once", null_abstract),
    Drill("FR: C1- correction with `correction_of`", "sent, linked", correction),
    Drill("FR: full text corrected in place", "seen", patched),
    Drill("FR: “Request Access” with 200", "a blocked source, sent once when it is back", wall_200),
    Drill("FR: 403", "a blocked source, sent once when it is back", wall_403),
    Drill("FR: 429", "sent once when it is back", too_many),
    Drill("FR: may be cached for a day", "sent once", cached),
    Drill("eCFR: two days behind, 404 for later days, whole title without a part", "sent once, nothing asked in vain", behind),
    Drill("eCFR: import in progress", "sent once afterwards", importing),
    Drill("eCFR: 429 without Retry-After", "sent once afterwards", code_429),
    Drill("eCFR: slow 504, then 200", "no failure", slow_504),
    Drill("eCFR: a stay in an Effective Date Note", "sent, status stayed", stay_note),
    Drill("eCFR: same text under a new date", "0 alerts", same_text),
    Drill("CSL: changed on the same day", "1 change", list_same_day),
    Drill("BIS: address gone (404)", "a failing source; after three polls over a day one record that the page is gone, its last text kept", slug),
    Drill("BIS: PDF replaced in place", "1 change", pdf),
    Drill("BIS: page that is script alone", "held", javascript),
]  # fmt: skip

# On which source each misbehavior is played: source, address, how its real change is made.
_OPTIONS: dict[str, dict[str, Any]] = {
    "hang": {"seconds": 0.05}, "504-slow": {"seconds": 0.05}, "drip": {"seconds": 0.0001}, "gzip-bomb": {"megabytes": 80},
    "redirect": {"to": "http://10.0.0.1/"}, "429-retry-after": {"seconds": 0}, "503-retry-after": {"seconds": 0},
}  # fmt: skip
_LISTS = {
    "empty-list",
    "missing-results",
    "missing-fields",
    "null-abstract",
    "trailing-spaces",
    "unknown-fields",
    "early-listed",
    "stale",
}
_TITLES = {"import-in-progress"}
_ALWAYS = {
    "visitor-counter",
    "generated-at",
    "nonce",
    "new-etag",
    "no-validators",
}  # so from the first poll to the last


# Each kind of source in the matrix, by the id that the tests' world gives it.
KINDS = {
    "page": "page", "news": "pages with a PDF", "feed": "feed", "fr-bis": "Federal Register", "inspection": "public inspection",
    "ear": "eCFR", "list": "screening list",
}  # fmt: skip
_WHERE = {
    "page": "/news/rule", "news": r"\.pdf", "feed": "/feed", "fr-bis": "/api/", "inspection": "public-inspection",
    "ear": "versioner", "list": "consolidated",
}  # fmt: skip
_BASELINE_NEWS = "2026-11003"  # published the day after the archive begins


def _really_change(world: World, source: str) -> None:
    site = world.standin
    match source:
        case "page":
            change(world)
        case "news":
            site.put_page("/media/guidance.pdf", f"Guidance on red flags\n\n{PDF_NEWS}")
        case "feed":
            item = (
                f"<item><title>BIS adds 12 entities in China to the Entity List (ECCN 3B001)</title>"
                f"<link>{site.url}/news/entities</link><guid>{site.url}/news/entities</guid></item></channel>"
            )
            site.edit_page("/feed.xml", "</channel>", item)
        case "fr-bis":
            document(world, "2026-12001")
        case "inspection":
            filed = FrDocument(
                "2026-12001", (world.now + timedelta(days=6)).date(), "Additions of Chinese Chip Makers to the Entity List",
                "RULE", BIS, "BIS adds 12 entities in China to the Entity List.", filed_at=world.now,
            )  # fmt: skip
            site.archive.documents.add(filed)
        case "ear":
            site.edit_part(15, "744", "fabrication facility", "fabrication plant")
        case "list":
            known = [party("Sample Etching Works", 1, "CN"), party("Sample Valve Trading", 2, "JP")]
            site.put_page(LIST_PATH, screening_list([*known, party("Sample Chip Foundry", 3, "CN")]))


def named(behavior: str, source: str) -> Outcome:
    """One poll meets it; then a real change, once with it and then without. Nothing else may be sent."""
    with new_world() as world:
        if behavior in _ALWAYS:
            world.standin.misbehave(_WHERE[source], behavior)
        world.use(source).poll()
        world.later(hours=25)
        world.standin.misbehave(_WHERE[source], behavior, **_OPTIONS.get(behavior, {}))
        state = world.one().state
        false = [alert for alert in news(world) if _BASELINE_NEWS not in alert]
        _really_change(world, source)
        world.later(hours=1)
        world.poll()
        if behavior not in _ALWAYS:
            world.standin.behave()
        for _ in range(2):
            world.later(hours=25)
            world.poll()
        alerted = [alert for alert in news(world) if _BASELINE_NEWS not in alert]
        ok = not false and len(alerted) == 1 and clean(world)
        return Outcome(f"{state}; false {len(false)}, sent {len(alerted)}", ok)


def matrix() -> list[tuple[str, str, Outcome]]:
    """Each misbehavior on each source that can meet it, in two processes."""
    cells = [
        (behavior, source)
        for behavior in BEHAVIORS
        for source in (["fr-bis"] if behavior in _LISTS else ["ear"] if behavior in _TITLES else KINDS)
    ]
    done = []
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=disable_logging) as pool:
        outcomes = pool.map(named, *zip(*cells, strict=True), chunksize=4)
        for (behavior, source), outcome in zip(cells, outcomes, strict=True):
            done.append((behavior, source, outcome))
            if not outcome.ok:
                print(f"FAIL {behavior} on {source}: {outcome.happened}", flush=True)
    return done
