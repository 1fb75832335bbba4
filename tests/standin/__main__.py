"""python -m tests.standin --serve recorded --port 9000: a stand-in in a process of its own.

Prints its address as the first line, then serves until SIGTERM or SIGINT. `POST /_standin` steers it
(see `StandIn.steer`), `GET /_standin?log=1` shows the requests.
"""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import datetime

from tests.standin import recorded_site
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo import archive_loader
from tracker.demo.model import Archive


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument(
        "--serve",
        choices=("sample", "recorded", "titles", "pages", "demo"),
        default="sample",
        help="sample: a few made-up documents; recorded: 30 documents, part 744, the screening list; "
        "titles: those and all recorded titles; pages: generated pages only; demo: the demo's archive",
    )
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument("--pages", type=int, default=0, help="generated pages (under /pages/N)")
    parser.add_argument("--now", type=datetime.fromisoformat, help="the server's clock, an ISO instant")
    arguments = parser.parse_args()
    archive, now = _site(arguments.serve, arguments.pages)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with StandIn(archive, now=arguments.now or now, port=arguments.port) as server:
        print(server.url, flush=True)
        ended.wait()


def _site(name: str, pages: int) -> tuple[Archive, datetime]:
    if name == "sample":
        archive, now = sample_archive(), SAMPLE_NOW
    elif name == "pages":
        archive, now = Archive(), SAMPLE_NOW
    elif name == "demo":
        archive, now = archive_loader.load(), archive_loader.first_instant()
    else:
        archive = recorded_site.recorded_archive(every_title=name == "titles")
        now = recorded_site.FIRST_STATE
    if pages:
        recorded_site.put_generated_pages(archive, pages)
    return archive, now


if __name__ == "__main__":
    main()
