"""Names of partners against the stored lists: matching, files, and every form of the result."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from bench.eval_screening import recorded_parties
from bench.planted_names import planted
from tests.unit.web_samples import NOW, cfr_change, settings
from tracker.answers import partners
from tracker.answers.partners import Screeners
from tracker.cli import screening  # noqa: F401 - it registers its command
from tracker.cli.app import app
from tracker.config.loader import load
from tracker.documents.listed_parties import parties_of, party_from_json, party_to_json
from tracker.errors import UsageError
from tracker.model import (
    Classification,
    Document,
    DocumentKind,
    Evidence,
    Fetched,
    HttpResponse,
    Level,
    Profile,
    ProfileMatch,
    ResourceType,
    Unit,
    UnitKind,
)
from tracker.parsing import read_file
from tracker.scheduler.self_check import _listed
from tracker.screening.matcher import ListedName, NameIndex
from tracker.screening.partner_file import LARGEST, MOST, read_partners
from tracker.screening.screener import Partner
from tracker.search.index import SearchIndex
from tracker.storage import changes, snapshots, versions
from tracker.storage.database import Store
from tracker.web.app import create_app

LISTED = (
    "Huawei Technologies Co., Ltd.",
    "Semiconductor Manufacturing International (Beijing) Corporation",
    "GAO, Qi",
    "Joint Stock Company Votkinsk Machine Building Plant",
    "Festsco Marketing Sdn Bhd",
    "Müller Präzision GmbH",
    "AL-SHAHID, Abu Ahmad",
    "Sekirin Tekstil Ithalat Ihracat Limited Sirketi",
    "Beijing Institute of Technology",
    "International Trading Company",
)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex([ListedName(name, number, is_alias=False) for number, name in enumerate(LISTED)])


@pytest.mark.parametrize(
    ("name", "listed", "matched"),
    [
        ("HUAWEI TECHNOLOGIES CO LTD", 0, "name"),
        ("Huawei Technologies", 0, "name"),
        ("Huawai Technologys Co., Ltd.", 0, "fuzzy"),
        ("Semiconductor Mfg. Int'l (Beijing) Corp.", 1, "fuzzy"),
        ("Semi Conductor Manufacturing International Beijing", 1, "fuzzy"),
        ("Qi Gao", 2, "fuzzy"),
        ("JSC Votkinsk Machine-Building Plant", 3, "name"),
        ("Votkinsk Mashine Building Plant", 3, "fuzzy"),
        ("FESTSCO MARKETNG", 4, "fuzzy"),
        ("Muller Prazision", 5, "name"),
        ("Abu A. al-Shahid", 6, "fuzzy"),
        ("Sekirin Tekstil İthalat İhracat Ltd. Şti.", 7, "name"),
        ("Beijing Inst. of Tech.", 8, "fuzzy"),
    ],
)
def test_a_listed_name_is_found_as_people_write_it(
    index: NameIndex, name: str, listed: int, matched: str
) -> None:
    hit = index.find(name)[0]
    assert (hit.party, hit.matched) == (listed, matched)
    assert 0.8 <= hit.score <= 1


@pytest.mark.parametrize(
    "name",
    ["Hokuto Seimitsu Kogyo", "Beijing Tsuyute Trading", "Kowara International Trading Company", "Qi", "", "株式会社", "...", "Technology Co., Ltd.", "Ahmad Rasfensaho"],
)  # fmt: skip
def test_another_name_is_not_taken_for_a_listed_one(index: NameIndex, name: str) -> None:
    assert index.find(name) == []


def test_no_list_finds_nothing() -> None:
    assert NameIndex([]).find("Huawei Technologies") == []


def test_a_party_is_read_from_the_rows_of_both_kinds_of_list() -> None:
    row = Unit(
        "Supp. No. 4 to Part 744 › CHINA › A Co., Ltd.", UnitKind.ROW, "A Co., Ltd.",
        meta=(
            ("country", "CHINA"), ("party", "A Co., Ltd."), ("alias", "Alpha"), ("address", "1 Road"), ("license-requirement", "All items"),
            ("license-policy", "Presumption of denial"), ("citation", "73 FR 54508, 9/22/08. 77 FR 58006, 9/19/12"),
        ),
    )  # fmt: skip
    (party,) = parties_of(Document("15 CFR 744", DocumentKind.CFR, "", "", (row,)))
    assert (party.list, party.requirement, party.policy, party.since) == (
        "entity-list",
        "All items",
        "Presumption of denial",
        "2008-09-22",
    )
    assert party.rules == ("73 FR 54508", "77 FR 58006")
    assert party_from_json(json.loads(json.dumps(party_to_json(party)))) == party
    results = [
        {"name": "B Ltd.", "source": "Specially Designated Nationals (SDN) - Treasury Department", "programs": ["RUSSIA-EO14024"], "alt_names": ["Beta"], "start_date": "2024-02-23"},
        {"name": "C Ltd.", "source": "Unverified List (UVL) - Bureau of Industry and Security", "federal_register_notice": "89 FR 14388"},
    ]  # fmt: skip
    second, third = parties_of(read_file("consolidated.json", json.dumps({"results": results}).encode()))
    assert (second.requirement, second.since, second.aliases) == ("RUSSIA-EO14024", "2024-02-23", ("Beta",))
    assert second.list.startswith("Specially Designated Nationals")
    assert (third.list, third.rules) == ("unverified-list", ("89 FR 14388",))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"name,country\nA,JP\n\n,US\n B  C ,\n", [Partner("A", "JP"), Partner("B C")]),
        ("会社名;国\nアルファ;日本\n".encode("cp932"), [Partner("アルファ", "日本")]),
        ("\ufeffAddress\tNAME\n1 Road\tA\n".encode(), [Partner("A", "", "1 Road")]),
        ("name\nÅ\n".encode("utf-16"), [Partner("Å")]),
        (b'name\n"A, Inc.\nsecond line"\n', [Partner("A, Inc. second line")]),
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(data: bytes, found: list[Partner]) -> None:
    assert read_partners(data, "p.csv") == found


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"firm\nA\n", "no column is called name"),
        (b"name\n\n", "no row has a name"),
        (b"name\n" + b"a" * 200_000 + b"\n", "line 2"),
        (b"name\n" + b"A\n" * (MOST + 1), f"more than {MOST}"),
        (b"name\n" + b"A" * LARGEST, "larger than"),
        (b"name\n\x81\xff\xfe\xfd\n", "neither UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_partners(data, "p.csv")


ROW = "<TR><TD>{}</TD><TD>{}</TD><TD>For all items subject to the EAR.</TD><TD>Presumption of denial</TD><TD>84 FR 22961, 5/21/19.</TD></TR>"
HEADS = "<TR><TH>Country</TH><TH>Entity</TH><TH>License requirement</TH><TH>License review policy</TH><TH>Federal Register citation</TH></TR>"
SHORT = "<TR><TD>{}</TD><TD>{}</TD><TD>85 FR 83799, 12/23/2020.</TD></TR>"
SHORT_HEADS = "<TR><TH>Country</TH><TH>Entity</TH><TH>Federal Register citation</TH></TR>"


def part(*, lists: int = 3) -> bytes:
    def supplement(number: int, table: str) -> str:
        return (
            f'<DIV9 N="Supplement No. {number} to Part 744" TYPE="APPENDIX"><HEAD>Supplement No. {number} to Part 744</HEAD>'
            f"<TABLE>{table}</TABLE></DIV9>"
        )

    hostile = "Evil &lt;script&gt;alert(1)&lt;/script&gt; Trading Co., Ltd., 1 Road, China."
    made = [
        supplement(
            4,
            HEADS
            + ROW.format("CHINA", "Huawei Technologies Co., Ltd., Bantian, Shenzhen, China.")
            + ROW.format("", hostile),
        ),
        supplement(
            6, SHORT_HEADS + SHORT.format("CHINA", "Narpel Technology Co., Limited, Kowloon, Hong Kong")
        ),
        supplement(
            7,
            SHORT_HEADS
            + SHORT.format("CHINA", "Wuxi Turbine Blade Co. Ltd., 1800 Huishan Ave., Wuxi, China"),
        ),
    ]
    return f'<DIV5 N="744" TYPE="PART"><HEAD>PART 744</HEAD>{"".join(made[:lists])}</DIV5>'.encode()


def state_with(state: Path, data: bytes) -> Path:
    answer = HttpResponse("https://www.ecfr.gov/part-744", 200, (), data, NOW)
    fetched = Fetched(
        "15 CFR 744", ResourceType.ECFR_PART, answer, {"as_of": "2026-07-18", "title": "15", "part": "744"}
    )
    store = Store(state)
    with store.write() as connection:
        identity = snapshots.save(connection, "ear", fetched)
        versions.add(
            connection,
            [versions.Version("ear:15 CFR 744", 1, "ear", fetched.key, "1" * 64, (identity,), (), NOW)],
        )
    store.close()
    return state


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return state_with(tmp_path, part())


def config_of(folder: Path) -> Path:
    path = folder / "sources.toml"
    path.write_text(
        '[tracker]\nlanguages = ["en"]\ncontact = "a@example.com"\n[[source]]\nid = "ear"\nkind = "ecfr"\nbase_url = "https://www.ecfr.gov"\ntitle = 15\nparts = "744"\n'
    )
    return path


def run(state: Path, names: str, *options: str) -> Any:
    config, file = config_of(state), state / "partners.csv"
    file.write_text(names, encoding="utf-8")
    return CliRunner().invoke(
        app, ["screen", str(file), "--config", str(config), "--state", str(state), *options]
    )


def test_the_command_answers_in_the_order_of_the_file_with_the_days_of_the_lists(state: Path) -> None:
    done = run(state, "name,country\nNobody Ltd,JP\nHUAWEI TECHNOLOGIES,CN\nファーウェイ,\n", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [(one["id"], one["as_of"], one["parties"]) for one in found["lists"]] == [
        ("entity-list", "2026-07-18", 2), ("military-end-user-list", "2026-07-18", 1), ("unverified-list", "2026-07-18", 1),
    ]  # fmt: skip
    assert all(re.fullmatch("[0-9a-f]{64}", one["sha256"]) for one in found["lists"])
    nobody, huawei, katakana = found["results"]
    assert nobody == {"name": "Nobody Ltd", "hits": []}
    assert huawei["hits"] == [
        {
            "party": "Huawei Technologies Co., Ltd.", "list": "entity-list", "path": "Supp. No. 4 to Part 744 › CHINA › Huawei Technologies Co., Ltd.",
            "score": 1.0, "matched": "name", "requirement": "For all items subject to the EAR.", "policy": "Presumption of denial",
            "since": "2019-05-21", "rule": "84 FR 22961", "status": "in-force",
        }
    ]  # fmt: skip
    assert [(hit["party"], hit["matched"]) for hit in katakana["hits"]] == [
        ("Huawei Technologies Co., Ltd.", "fuzzy")
    ]


def test_a_list_that_is_missing_is_named_and_ends_the_command_with_1(tmp_path: Path) -> None:
    state = state_with(tmp_path, part(lists=1))
    done = run(state, "name\nNobody Ltd\n", "--json")
    assert done.exit_code == 1
    missing = [one for one in json.loads(done.stdout)["lists"] if one.get("state")]
    assert [(one["id"], one["state"], one["as_of"]) for one in missing] == [
        ("unverified-list", "missing", None),
        ("military-end-user-list", "missing", None),
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_form_of_the_result_says_clear(state: Path, language: str) -> None:
    names = "name\nNobody Ltd\n=HYPERLINK(1)\nHuawei Technologies\n"
    text = run(state, names, "--lang", language)
    assert ("July 18, 2026" if language == "en" else "2026年7月18日") in text.stdout
    assert "Huawei Technologies Co., Ltd." in text.stdout
    assert "50" in text.stdout
    assert "clear" not in text.stdout.lower()
    table = run(state, names, "--lang", language, "-o", str(state / "out.csv"))
    assert table.exit_code == 0
    rows = list(csv.reader(io.StringIO((state / "out.csv").read_bytes().decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:4]] == ["Nobody Ltd", "'=HYPERLINK(1)", "Huawei Technologies"]
    assert any("SHA-256" in row[0] for row in rows if row)


def test_wrong_use_is_one_line(state: Path) -> None:
    assert run(state, "firm\nA\n").exit_code != 0
    assert run(state, "name\nA\n", "--format", "docx").exit_code != 0


@pytest.mark.skipif(find_spec("weasyprint") is None, reason="the extra `pdf` is not installed")
def test_the_result_is_a_pdf(state: Path) -> None:
    assert run(state, "name\nHuawei Technologies\n", "-o", str(state / "out.pdf")).exit_code == 0
    assert (state / "out.pdf").read_bytes()[:5] == b"%PDF-"


@pytest.fixture
def client(state: Path) -> TestClient:
    chosen = replace(
        settings(), profiles=(Profile("trade", parties=("HUAWEI TECHNOLOGIES CO LTD", "Nobody Ltd")),)
    )
    return TestClient(
        create_app(chosen, state, lambda: NOW), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000)
    )


def form_of(client: TestClient) -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get("/parties").text)
    assert found is not None
    return found[1]


def test_the_page_checks_a_name_and_escapes_what_lists_and_readers_write(client: TestClient) -> None:
    html = client.get("/parties", params={"q": "Huawei Technologis"}).text
    assert "Huawei Technologies Co., Ltd." in html
    assert "84 FR 22961" in html
    evil = client.get("/parties", params={"q": "Evil <script>alert(1)</script> Trading"}).text
    assert "<script>alert" not in evil
    assert "Evil &lt;script&gt;" in evil
    address = client.get("/parties", params={"q": "Bantian"}).text
    assert "<mark>Bantian</mark>" in address


def test_a_party_of_a_profile_that_is_listed_already_is_reported(client: TestClient) -> None:
    assert "HUAWEI TECHNOLOGIES CO LTD" in client.get("/parties").text
    inbox = client.get("/", params={"profile": "trade", "baseline": "1", "view": "all"}).text
    assert 'href="/parties"' in inbox
    assert "Huawei Technologies Co., Ltd." in inbox
    assert "Huawei" in client.get("/search", params={"q": "Huawei"}).text


def test_an_uploaded_file_is_checked_and_bounded(client: TestClient) -> None:
    names = b"name\nNobody Ltd\nHuawei Technologies\n"
    form = form_of(client)
    html = client.post("/parties", data={"form": form}, files={"file": ("p.csv", names)})
    assert html.status_code == 200
    assert "Huawei Technologies Co., Ltd." in html.text
    table = client.post("/parties", data={"form": form, "result": "csv"}, files={"file": ("p.csv", names)})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.content.startswith(b"\xef\xbb\xbfname,")
    assert client.post("/parties", data={"form": "x.y"}, files={"file": ("p.csv", names)}).status_code == 403
    assert (
        client.post("/parties", data={"form": form}, files={"file": ("p.csv", b"firm\nA\n")}).status_code
        == 422
    )
    assert (
        client.post(
            "/parties", data={"form": form, "result": "exe"}, files={"file": ("p.csv", names)}
        ).status_code
        == 422
    )
    assert (
        client.post(
            "/parties", data={"form": form}, files={"file": ("p.csv", b"name\n" + b"A\n" * LARGEST)}
        ).status_code
        == 413
    )
    assert client.post("/reviewer", data={"who": "a" * 70_000, "form": form}).status_code == 413


def test_a_thousand_names_against_the_recorded_lists() -> None:
    """The seed is none of those that the matcher was written with."""
    parties = recorded_parties()
    names = [
        ListedName(name, number, bool(place))
        for number, party in enumerate(parties)
        for place, name in enumerate((party.name, *party.aliases))
    ]
    found = NameIndex(names)
    partners = planted([name.name for name in names], 1_000, 7)
    missed = [
        partner
        for partner in partners
        if partner.of
        and not any(
            partner.of in (parties[hit.party].name, *parties[hit.party].aliases)
            for hit in found.find(partner.name)
        )
    ]
    false = [partner for partner in partners if not partner.of and found.find(partner.name)]
    assert len(missed) <= 10, missed
    assert len(false) <= 10, false


def test_tracker_check_names_the_parties_of_a_profile_that_are_listed_already(state: Path) -> None:
    config = config_of(state)
    config.write_text(
        config.read_text() + '[[profile]]\nid = "trade"\nparties = ["Huawei Technologies", "Nobody Ltd"]\n'
    )
    found = [one for one in _listed(load(config), state) if one["what"] == "profile"]
    assert [(one["id"], one["ok"]) for one in found] == [("trade", True)]
    assert found[0]["said"].startswith(
        "critical: 'Huawei Technologies' is listed already: Huawei Technologies Co., Ltd. (entity-list"
    )


def test_a_first_poll_that_names_a_party_of_the_profile_is_no_record_without_a_change(tmp_path: Path) -> None:
    where = "Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › Huawei Technologies Co., Ltd."
    match = ProfileMatch("trade", Level.MEDIUM, (Evidence("Huawei Technologies Co., Ltd.", where),))
    change = replace(
        cfr_change()[0],
        baseline=True,
        tagging=Classification(Level.LOW),
        profiles=(match,),
        id="chg_00000000000000b1",
    )
    store = Store(tmp_path)
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(change, "ear:15 CFR 744", 1))
    store.close()
    client = TestClient(create_app(settings(), tmp_path, lambda: NOW), base_url="http://127.0.0.1:8000")
    client.cookies.set("lang", "en")
    html = client.get("/", params={"profile": "trade", "baseline": "1", "view": "all"}).text
    assert "Parties of this profile are listed already: Huawei Technologies Co., Ltd." in html
    assert '<li class="critical baseline">' in html


def test_a_page_does_not_wait_for_thousands_of_parties(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are checked in a thread, once; the next page has them."""
    lists: Any = SimpleNamespace(listed={})
    hits: Any = ["hit"]
    go, asked = Event(), list[tuple[str, ...]]()

    def check(screener: Any, profiles: Sequence[Profile]) -> dict[str, Any]:
        for profile in profiles:
            if profile not in screener.listed:
                assert go.wait(10)
                asked.append(profile.parties)
                screener.listed[profile] = hits
        return {profile.id: screener.listed[profile] for profile in profiles}

    monkeypatch.setattr(partners, "listed_partners", check)
    many, none = Profile("many", parties=("A", "B")), Profile("none")
    screeners = Screeners()
    assert screeners.listed(lists, [many, none], patience=0) == ({}, False)
    assert screeners.listed(lists, [many, none], patience=0) == ({}, False)
    go.set()
    assert screeners.listed(lists, [many, none], patience=10)[0] == {"many": hits}
    assert asked == [("A", "B")]
    assert screeners.listed(lists, [many], patience=0) == ({"many": hits}, True)


def test_lists_that_cannot_be_read_ahead_are_logged_and_tried_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    finder, screeners = SearchIndex(Store(tmp_path)), Screeners()

    def broken() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(finder, "lists", broken)
    for times in (1, 2):
        assert screeners.at_hand(finder) is None
        for thread in threading.enumerate():
            if thread.name == "lists":
                thread.join()
        output = capsys.readouterr().out
        assert output.count("the lists of parties cannot be read") == 1, times
        assert "disk I/O error" in output
