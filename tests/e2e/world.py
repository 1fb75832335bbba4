"""A whole tracker on a stand-in: settings, state, pipeline and outbox for real, with the clock in the test's hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.standin.server import StandIn
from tracker.alerts import watch_list
from tracker.config.models import Settings
from tracker.http.client import Client
from tracker.ingest import backfill
from tracker.ingest.poll import PollContext, PollReport
from tracker.scheduler import poll_cycle, reminders
from tracker.scheduler.schedule import load_checked
from tracker.storage import source_state
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader

SOURCES = {
    "fr-bis": 'kind = "federal-register"\nbase_url = "{base}/api/v1"\nissues_url = "{base}"\nagencies = ["industry-and-security-bureau"]',
    "fr-all": 'kind = "federal-register"\nbase_url = "{base}/api/v1"\nissues_url = "{base}"',
    "inspection": 'kind = "public-inspection"\nbase_url = "{base}/api/v1"\nagencies = ["industry-and-security-bureau"]',
    "ear": 'kind = "ecfr"\nbase_url = "{base}"\ntitle = 15\nparts = "744"',
    "news": 'kind = "page"\nurl = "{base}/news"\nfollow = "same-site"\ndepth = 2',
    "orders": 'kind = "page"\nurl = "{base}/news"\nfollow = "/news/"',
    "page": 'kind = "page"\nurl = "{base}/news/rule"\ncontent = "main"',
    "feed": 'kind = "feed"\nurl = "{base}/feed.xml"',
    "hts": 'kind = "hts"\nbase_url = "{base}"',
    "law": 'kind = "egov-law"\nbase_url = "{base}/api/2"\nlaws = ["399CO0000000001"]',
    "denied": 'kind = "denied-persons"\nurl = "{base}/denied-persons-list"',
    "ofac": 'kind = "ofac-list"\nbase_url = "{base}"\nfiles = ["SDN_XML.ZIP"]',
    "uflpa": 'kind = "uflpa-list"\nurl = "{base}/uflpa-entity-list"',
    "matrix": 'kind = "meti-matrix"\nurl = "{base}/policy/anpo/matrix_intro.html"',
    "csms": 'kind = "csms"\nurl = "{base}/accounts/USDHSCBP/widgets/USDHSCBP_WIDGET_2/0.json"',
    "dockets": 'kind = "regulations-gov"\nbase_url = "{base}/v4"\napi_key = "env:REGULATIONS_GOV_KEY"\nagencies = ["BIS", "USTR"]',
    "courts": 'kind = "courts"\nbase_url = "{base}"\nsupreme_court_url = "{base}"',
    "courtlistener": 'kind = "courts"\nbase_url = "{base}/api/rest/v4"\ntoken = "env:COURTLISTENER_TOKEN"\ncourts = ["cit"]',
    "bills": 'kind = "congress"\nbase_url = "{base}/v3"\napi_key = "env:CONGRESS_KEY"\ntext_url = "{base}"\nbills = ["119/hr/8170"]\nwords = ["semiconductor", "chip"]',
    "list": 'kind = "screening-list"\nurl = "{base}/downloadable_consolidated_screening_list/v1/consolidated.json"',
}


@dataclass
class World:
    """`poll` is one cycle as `tracker poll` runs it; `sent` is what the file channel got."""

    folder: Path
    standin: StandIn
    now: datetime
    sources: list[str] = field(default_factory=list)
    extra: str = ""
    head: str = ""  # more keys of [tracker]

    def use(self, *sources: str, extra: str = "") -> World:
        self.sources, self.extra = list(sources), extra
        return self

    @property
    def config(self) -> Path:
        text = f'[tracker]\ncontact = "test@example.co.jp"\n{self.head}[[host]]\nname = "{self.standin.url.partition("//")[2]}"\nrate = 500\n'
        for name in self.sources:
            text += f'[[source]]\nid = "{name}"\n{SOURCES[name].format(base=self.standin.url)}\n'
        if "[[channel]]" not in self.extra:
            text += f'[[channel]]\nid = "file"\nurl = "tofile://{self.folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n'
        path = self.folder / "sources.toml"
        path.write_text(text + self.extra, "utf-8")
        return path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def later(self, **by: float) -> None:
        """The clocks of the tracker and of the sources go on."""
        self.now += timedelta(**by)
        self.standin.now = self.now

    def poll(self, *, accept: bool = False) -> dict[str, PollReport]:
        store = Store(self.state)
        settings = watch_list.applied(load_checked(self.config), store)
        source_state.ensure(store, [source.id for source in settings.sources])
        context = PollContext(settings, store, self.client(settings), lambda: self.now, lambda _: None)
        try:
            reports = {
                report.source: report for report in poll_cycle.run(settings.sources, context, accept=accept)
            }
            reminders.send_reminders(context)
            poll_cycle.deliver_due(context)
        finally:
            context.client.close()
            store.close()
        return reports

    def backfill(self, since: date) -> backfill.Progress:
        """Load the history of the only source."""
        store = Store(self.state)
        settings = load_checked(self.config)
        context = PollContext(settings, store, self.client(settings), lambda: self.now, lambda _: None)
        try:
            return list(backfill.run(settings.sources[0], context, since))[-1]
        finally:
            context.client.close()
            store.close()

    def client(self, settings: Settings) -> Client:
        """As the tracker makes it, but it does not wait between tries."""
        return Client(
            literal_hosts=settings.literal_hosts(),
            hosts=settings.hosts,
            contact=settings.contact,
            clock=lambda: self.now,
            sleep=lambda _: None,
        )

    def one(self) -> PollReport:
        """A poll of the only source."""
        (report,) = self.poll().values()
        return report

    def changes(self, **wanted: Any) -> list[dict[str, Any]]:
        with open_reader(self.state) as opened:
            return opened.changes(ChangeQuery(**{"limit": 10_000, **wanted}))

    @property
    def alerts(self) -> list[str]:
        path = self.folder / "alerts.txt"
        return path.read_text("utf-8").split("-" * 72 + "\n")[1:] if path.exists() else []

    @property
    def alerted(self) -> int:
        return len(self.alerts)


@pytest.fixture
def world(tmp_path: Path, standin: StandIn) -> World:
    """A tracker on the small archive, at the stand-in's own time."""
    return World(tmp_path, standin, standin.now)
