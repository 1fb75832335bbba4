"""Word redlines of recorded law, opened in LibreOffice, accepted and rejected: what is left is the later and the earlier text.

Heavy, so only on request: `TRACKER_LIBREOFFICE=1 make test ARGS="tests/e2e/test_word_in_libreoffice.py"`, with `soffice`, the
Python module `uno` (Debian: libreoffice-writer-nogui, python3-uno) and the recorded answers.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.recorded import ROOT, recorded
from tests.unit.test_rendering_redlines_docx import resolved
from tracker import diffing, parsing
from tracker.model import Document, Fetched, HttpResponse, Op, ResourceType, Unit
from tracker.rendering.redlines.docx import render
from tracker.rendering.redlines.layout import file_rows
from tracker.rendering.redlines.model import Redline, RedlineLine, RedlineSide

SOFFICE = shutil.which("soffice")
SYSTEM_PYTHON = "/usr/bin/python3"
MACRO = Path(__file__).with_name("libreoffice_macro.py")
NOW = datetime(2026, 11, 30, tzinfo=UTC)
if not os.environ.get("TRACKER_LIBREOFFICE"):
    pytest.skip("only with TRACKER_LIBREOFFICE=1", allow_module_level=True)
if (
    SOFFICE is None
    or subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode
):
    pytest.skip("no LibreOffice with uno is installed", allow_module_level=True)


def read(title: str, part: str, body: bytes) -> Document:
    answer = HttpResponse("https://www.ecfr.gov/", 200, (), body, NOW)
    return parsing.read(Fetched(f"{title} CFR {part}", ResourceType.ECFR_PART, answer, {"as_of": "2026-01-02", "title": title, "part": part}))  # fmt: skip


def entry() -> tuple[Document, Document]:
    before, after = (
        recorded(f"ecfr/ccl-9A012/9A012-{name}.xml") for name in ("before-2026-06-25", "after-2026-09-01")
    )
    return read("15", "774", before), read("15", "774", after)


def entity_list() -> tuple[Document, Document]:
    """The recorded list, in which one party of Japan is removed, one gets another policy, and one is new."""
    after = recorded("ecfr/15-cfr-744/2026-07-18.xml.xz").decode()
    parties = [
        row for row in re.findall(r"<TR>.*?</TR>", after, re.DOTALL) if re.search(r"Japan\.?\s*</TD>", row)
    ]
    first, second, third = [row for row in parties if "resumption of denial" in row][1:4]
    before = after.replace(first, "").replace(
        second, second.replace("resumption of denial", "olicy of approval")
    )
    before = before.replace(third, third.replace(", ", " Former, ", 1) + third)
    return read("15", "744", before.encode()), read("15", "744", after.encode())


def section() -> tuple[Document, Document]:
    path = ROOT / "amendments/title-12/versions/12-cfr-1026.tar.xz"
    if not path.exists():
        pytest.skip(f"no recorded data at {ROOT} (set TRACKER_RECORDED)")
    with tarfile.open(path) as archive:
        rule = min(name.partition("/")[0] for name in archive.getnames() if name.endswith("after.xml"))
        texts = []
        for name in ("before", "after"):
            opened = archive.extractfile(f"{rule}/{name}.xml")
            assert opened is not None
            texts.append(opened.read())
    return read("12", "1026", texts[0]), read("12", "1026", texts[1])


CHANGES = {
    "entry": {Op.CHANGED, Op.ADDED, Op.REMOVED},
    "entity-list": {Op.CHANGED, Op.ADDED, Op.REMOVED},
    "section": {Op.CHANGED, Op.ADDED, Op.REMOVED},
}
CASES = {"entry": entry, "entity-list": entity_list, "section": section}


@pytest.mark.parametrize("name", CASES)
def test_what_is_accepted_is_the_later_text_and_what_is_rejected_the_earlier(
    name: str, tmp_path: Path
) -> None:
    before, after = CASES[name]()
    operations = diffing.compare(before, after)
    redline = Redline(
        after.title, "ear", after.url,
        RedlineSide("before", "a" * 64, NOW, before.units), RedlineSide("after", "b" * 64, NOW, after.units),
        operations, NOW, excerpt=True,
    )  # fmt: skip
    assert {op.op for op in operations if not op.editorial} >= CHANGES[name]
    (tmp_path / "redline.docx").write_bytes(render(redline, "en"))
    made = in_libreoffice(tmp_path)
    later, earlier = shown(redline)
    assert resolved(made["accept"], "accept") == later
    assert resolved(made["reject"], "accept") == earlier


def in_libreoffice(folder: Path) -> dict[str, bytes]:
    """The file as LibreOffice saves it after "accept all" and after "reject all"."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    assert SOFFICE is not None
    office = subprocess.Popen(
        [SOFFICE, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         f"--accept=socket,host=127.0.0.1,port={port};urp;"],
    )  # fmt: skip
    try:
        asked = [
            word
            for choice in ("accept", "reject")
            for word in (choice, str(folder / "redline.docx"), str(folder / f"{choice}.docx"))
        ]
        subprocess.run([SYSTEM_PYTHON, str(MACRO), port, *asked], check=True, timeout=300)
        office.wait(60)
    finally:
        office.kill()
    return {choice: (folder / f"{choice}.docx").read_bytes() for choice in ("accept", "reject")}


def shown(redline: Redline) -> tuple[list[str], list[str]]:
    """The units that the file shows, after and before."""
    later, earlier = [], []
    for row in file_rows(redline):
        if isinstance(row, Unit):
            later.append(row.text)
            earlier.append(row.text)
        elif isinstance(row, RedlineLine):
            earlier.append(row.unit.text)
        elif not isinstance(row, int):
            later += [row.after] * (row.op is not Op.REMOVED)
            earlier += [row.before] * (row.op not in (Op.ADDED, Op.MOVED))
    return later, earlier
