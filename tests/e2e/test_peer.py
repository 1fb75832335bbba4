"""The certificate of an answer's server: from a real handshake into the store, the hash chain, and the evidence."""

from __future__ import annotations

import hashlib
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from sqlalchemy import text

from tests.e2e.test_process import NEWS, RULE, tracker
from tests.e2e.world import World
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.archive.evidence import write_evidence
from tracker.storage import snapshots
from tracker.storage.database import Store


class Secured(StandIn):
    """The stand-in behind TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(sample_archive(), now=SAMPLE_NOW)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    def __enter__(self) -> Secured:
        return self

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1", common_name="rules.example", organization_name="Bureau, Test")


@pytest.fixture
def secured(
    tmp_path: Path,
    authority: trustme.CA,
    certificate: trustme.LeafCert,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """A world whose sources speak TLS, and that trusts our authority in place of the machine's."""
    offers = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(offers)
    trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusts)
    monkeypatch.setattr("tracker.http.client._certificates", lambda: trusts)
    with Secured(offers) as standin:
        yield World(tmp_path, standin, standin.now)


def der(certificate: trustme.LeafCert) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())


def problems(state: Path) -> list[str]:
    store = Store(state)
    try:
        return [found for found in snapshots.verify(store) if isinstance(found, str)]
    finally:
        store.close()


def test_the_certificate_is_kept_sealed_and_shown(
    secured: World, certificate: trustme.LeafCert, tmp_path: Path
) -> None:
    secured.use("page", "fr-bis").poll()
    secured.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    secured.later(days=1, hours=1)
    secured.poll()
    (change,) = secured.changes(source="page", baseline=False)
    digest = hashlib.sha256(der(certificate)).hexdigest()

    shown = json.loads(tracker(secured, "show", change["id"], "--json"))["answers"]
    assert [answer["side"] for answer in shown] == ["before", "after"]
    tls = shown[1]["tls"]
    assert tls["sha256"] == digest
    assert tls["version"] == "TLSv1.3"
    assert tls["subject"].startswith("O=Bureau, Test, OU=")
    assert tls["subject"].endswith(", CN=rules.example")
    assert tls["issuer"].startswith("O=trustme v")
    assert tls["not_before"] < tls["not_after"]
    assert tls["not_after"].endswith("Z")
    assert digest in tracker(secured, "show", change["id"], "--lang", "en")

    folder = tmp_path / "proof"
    write_evidence(secured.state, change["id"], folder, now=secured.now, timezone="Asia/Tokyo")
    assert digest in (folder / "README.txt").read_text("utf-8")
    warc = (folder / "exchanges.warc").read_bytes()
    assert f"tls-sha256: {digest}".encode() in warc
    assert warc.count(b"WARC-Type: metadata") == 2
    checked = [sys.executable, "-I", str(folder / "check.py")]
    assert subprocess.run(checked, capture_output=True, check=False).returncode == 0

    # Records cut out of a longer answer have the same certificate.
    (rule,) = secured.changes(query="2026-11001")
    shown = json.loads(tracker(secured, "show", rule["id"], "--json"))["answers"]
    assert {answer["tls"]["sha256"] for answer in shown} == {digest}

    assert problems(secured.state) == []
    store = Store(secured.state)
    for forged in ("replace(tls, 'TLSv1.3', 'TLSv1.2')", "NULL"):
        with store.write() as connection:
            kept = connection.execute(text("SELECT id, tls FROM snapshot ORDER BY id LIMIT 1")).one()
            connection.execute(text(f"UPDATE snapshot SET tls = {forged} WHERE id = {kept.id}"))
        assert any(found.startswith("snapshot 1 ") for found in problems(secured.state)), forged
        with store.write() as connection:
            connection.execute(
                text("UPDATE snapshot SET tls = :tls WHERE id = :id"), {"tls": kept.tls, "id": kept.id}
            )
    store.close()
    assert problems(secured.state) == []


def test_a_certificate_without_a_trusted_issuer_is_refused(
    secured: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.http.client._certificates", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    report = secured.use("page").one()
    assert not report.ok
    assert "CERTIFICATE_VERIFY_FAILED" in report.reason
    assert secured.changes() == []


def test_an_answer_over_plain_http_has_none_and_may_be_given_none(world: World) -> None:
    world.use("page").poll()
    (change,) = world.changes()
    assert json.loads(tracker(world, "show", change["id"], "--json"))["answers"][0]["tls"] is None
    assert "no certificate on record" in tracker(world, "show", change["id"], "--lang", "en")
    store = Store(world.state)
    with store.write() as connection:
        connection.execute(text("UPDATE snapshot SET tls = json_object('sha256', 'x')"))
    store.close()
    assert problems(world.state)
