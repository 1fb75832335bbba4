"""The rows of the peers' fault table: what broke them, done to this project."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.drill_kit import AFTER, BEFORE, Dated, Drill, Outcome, change, clean, news, start, until
from tests.e2e.world import SOURCES, World
from tests.unit.notifications_sinks import http_sink

PAGES = 60


def _hook(port: int) -> str:
    return f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{port}/hook"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["hook"]\n'


def _many(world: World, number: int) -> World:
    """So many pages, each a source of its own."""
    extra = ""
    for index in range(number):
        path = f"/many/{index}"
        world.standin.put_page(
            path, f"<html><body><main><h1>Page {index}</h1><p>{BEFORE}</p></main></body></html>"
        )
        extra += f'[[source]]\nid = "p{index}"\nkind = "page"\nurl = "{world.standin.url}{path}"\ncontent = "main"\n'
    return world.use(extra=_file(world) + extra)


def _file(world: World) -> str:
    return f'[[channel]]\nid = "file"\nurl = "tofile://{world.folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n'


def quiet(world: World) -> Outcome:
    world.use("page").poll()
    change(world)
    for _ in range(4):
        world.later(hours=25)
        world.poll()
    return Outcome(f"{world.alerted} alert", world.alerted == 1)


def revert(world: World) -> Outcome:
    world.use("page").poll()
    for before, after in ((BEFORE, AFTER), (AFTER, BEFORE)):
        world.standin.edit_page("/news/rule", before, after)
        for _ in range(2):
            world.later(hours=25)
            world.poll()
    return Outcome(f"{world.alerted} alerts", world.alerted == 2)


def sink_500(world: World) -> Outcome:
    with http_sink(lambda number: 500 if number == 1 else 200) as sink:
        world.use("page", extra=_hook(sink.port)).poll()
        change(world)
        for _ in range(3):
            world.later(hours=1)
            world.poll()
        tries = [body["id"] for body in sink.bodies]
        return Outcome(f"tried {len(tries)} times, taken once", len(tries) == 2 and len(set(tries)) == 1)


def sink_hangs(world: World) -> Outcome:
    """The process dies while the target hangs: it may have accepted the message, so the next one is marked as a repeat."""
    with http_sink(lambda number: "hang" if number == 1 else 200) as sink:
        world.use("page", extra=_hook(sink.port)).poll()
        change(world)
        world.later(hours=1)
        process = start(world, "poll")
        reached = until(lambda: len(sink.bodies) == 1)
        process.kill()
        process.wait()
        sink.release.set()
        for _ in range(3):
            world.later(hours=1)
            world.poll()
        labeled = sum("repeat" in str(body).lower() or "再送" in str(body) for body in sink.bodies[1:])
        return Outcome(
            f"delivered after the restart ({len(sink.bodies) - 1} more, {labeled} labeled as a repeat)",
            reached and len(sink.bodies) == 2 and clean(world),
        )


def killed_mid_cycle(world: World) -> Outcome:
    _many(world, PAGES).poll()
    for index in range(0, PAGES, 6):
        change(world, f"/many/{index}")
    world.later(hours=25)
    world.standin.forget()
    process = start(world, "poll")
    until(lambda: len(world.standin.asked("/many/")) >= PAGES // 3)
    process.kill()
    process.wait()
    for _ in range(2):
        world.later(hours=1)
        world.poll()
    alerted = {line for alert in world.alerts for line in alert.splitlines() if "/many/" in line}
    return Outcome(
        f"{world.alerted} sent, of {len(alerted)} pages; verify clean",
        world.alerted == len(alerted) == 10 and clean(world),
    )


def old_last_modified(world: World) -> Outcome:
    world.use("page").poll()
    world.later(hours=2)
    state = world.standin.archive.pages["/news/rule"].latest()
    world.standin.put_page(
        "/news/rule",
        state.body.decode().replace(BEFORE, AFTER),
        last_modified=datetime(2026, 6, 9, tzinfo=UTC),
    )
    rounds = 0
    while not world.alerted and rounds < 4:
        rounds += 1
        world.later(hours=1)
        world.poll()
    return Outcome(f"sent at poll {rounds}" if world.alerted else "never", world.alerted == 1)


def selector_gone(world: World) -> Outcome:
    world.use("page").poll()
    body = world.standin.archive.pages["/news/rule"].latest().body.decode()
    found_at = 0
    for round_ in range(1, 9):
        text = body.replace(BEFORE, AFTER) if round_ >= 5 else body
        world.standin.put_page("/news/rule", text.replace("<main>", "<div>").replace("</main>", "</div>"))
        world.later(hours=25)
        if not world.one().ok and not found_at:
            found_at = round_
    down = world.alerted
    false = len(news(world))
    world.standin.put_page("/news/rule", body.replace(BEFORE, AFTER))
    world.later(hours=25)
    world.poll()
    return Outcome(
        f"broken source at round {found_at}, {down} notice in 8 rounds, {false} false alerts; the change and the recovery"
        f" sent when it is back ({len(news(world))} + {world.alerted - down - len(news(world))})",
        (found_at, down, false, len(news(world)), world.alerted) == (1, 1, 0, 1, 3),
    )


def _unavailable(world: World, rounds: int) -> int:
    world.use("page").poll()
    world.standin.misbehave("/news/rule", "503")
    for _ in range(rounds):
        world.later(hours=1)
        world.poll()
    world.standin.behave()
    for _ in range(2):
        world.later(hours=1)
        world.poll()
    return world.alerted


def one_503(world: World) -> Outcome:
    alerted = _unavailable(world, 1)
    return Outcome(f"{alerted} messages", alerted == 0)


def eight_503(world: World) -> Outcome:
    alerted = _unavailable(world, 8)
    return Outcome(f"{alerted} messages: down, back", alerted == 2 and not news(world))


def _five(world: World, behavior: str) -> Outcome:
    _many(world, 5).poll()
    world.standin.misbehave("/many/", behavior)
    world.later(hours=25)
    states = {report.state for report in world.poll().values()}
    world.standin.behave()
    for _ in range(2):
        world.later(hours=25)
        world.poll()
    return Outcome(f"{world.alerted} alerts, in between {', '.join(sorted(states))}", world.alerted == 0)


def maintenance(world: World) -> Outcome:
    return _five(world, "maintenance-200")


def empty(world: World) -> Outcome:
    return _five(world, "empty-200")


def truncated(world: World) -> Outcome:
    return _five(world, "truncated-body")


def filter_edited(world: World) -> Outcome:
    world.use("page").poll()
    kept = SOURCES["page"]
    try:
        SOURCES["page"] = kept.replace('"main"', '"h1, p"')
        world.later(minutes=30)
        report = world.one()
        reread = report.documents
        SOURCES["page"] = kept.replace('"main"', '"#nowhere"')
        world.later(minutes=30)
        broken = world.one()
    finally:
        SOURCES["page"] = kept
    return Outcome(
        f"read again ({reread}), {world.alerted} alerts; a selector that finds nothing is reported at once ({broken.state})",
        reread == 1 and world.alerted == 0 and not broken.ok,
    )


DRILLS = [
    Drill("one change, then quiet", "1 alert", quiet),
    Drill("revert A→B→A", "2 alerts", revert),
    Drill("sink answers 500 when the change is found", "delivered later", sink_500),
    Drill("sink hangs, `kill -9` while the alert is sent", "delivered after the restart", sink_hangs),
    Drill(f"`kill -9` mid-cycle, {PAGES} pages, 10 changed", "10 reported", killed_mid_cycle),
    Drill("page goes live with a Last-Modified older than our last poll", "reported", old_last_modified, Dated),
    Drill("selector gone for 8 rounds, real change in round 5", "error at round 1, sent then", selector_gone),
    Drill("503 for 1 round", "0 messages", one_503),
    Drill("503 for 8 rounds", "2: down, back", eight_503),
    Drill("5 pages show a 200 “maintenance” page for one round", "0 alerts", maintenance),
    Drill("5 pages answer 200 with an empty body for one round", "0 alerts", empty),
    Drill("truncated body", "an error, 0 alerts", truncated),
    Drill("filter edited while the server answers 304", "re-evaluated", filter_edited),
]  # fmt: skip
