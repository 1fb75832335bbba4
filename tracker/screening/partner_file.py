"""Reads the CSV of a firm's own partners: bounded, in the encodings and with the heads that spreadsheets write. Pure."""

from __future__ import annotations

import csv
import io

from tracker.errors import UsageError
from tracker.screening.screener import Partner
from tracker.text import fold_space, search_key

LARGEST = 4_000_000  # bytes
MOST = 20_000  # rows
LONGEST = 300  # characters of a field
_NAME = frozenset(
    {
        "name",
        "party",
        "company",
        "company name",
        "partner",
        "customer",
        "名称",
        "名前",
        "会社名",
        "企業名",
        "取引先",
        "取引先名",
        "氏名",
        "顧客名",
    }
)
_ECCN = frozenset({"eccn", "eccns", "eccn番号", "eccnコード", "規制番号", "輸出規制品目分類番号"})
_COUNTRY = frozenset({"country", "国", "国名", "所在国"})
_ADDRESS = frozenset({"address", "住所", "所在地"})


def read_partners(data: bytes, name: str) -> list[Partner]:
    """Return the partners of a CSV with a column `name`, and optionally `country` and `address`. Raises UsageError with the line
    where the file is no such table or larger than the limits."""
    if len(data) > LARGEST:
        raise UsageError(f"{name}: larger than {LARGEST // 1_000_000} MB", cure="split the file")
    text = _decoded(data, name)
    rows = csv.reader(io.StringIO(text, newline=""), _dialect(text))
    try:
        heads = [search_key(head) for head in next(rows, [])]
        columns = {
            kind: next((at for at, head in enumerate(heads) if head in known), None)
            for kind, known in (("name", _NAME), ("country", _COUNTRY), ("address", _ADDRESS))
        }
        if columns["name"] is None:
            raise UsageError(
                f"{name}: line 1: no column is called name",
                cure="write the heads `name,country,address` in the first line",
            )
        found = []
        for row in rows:
            partner = Partner(*(_field(row, columns[kind]) for kind in ("name", "country", "address")))
            if partner.name:
                found.append(partner)
            if len(found) > MOST:
                raise UsageError(f"{name}: more than {MOST} names", cure="split the file")
    except csv.Error as error:
        raise UsageError(f"{name}: line {rows.line_num}: {error}", cure="save the table as CSV") from error
    if not found:
        raise UsageError(f"{name}: no row has a name")
    return found


def read_watch_columns(data: bytes, name: str) -> tuple[list[str], list[str]]:
    """Return the parties and the ECCNs of a CSV with a column `name`, `eccn`, or both, each once. Raises UsageError as above."""
    if len(data) > LARGEST:
        raise UsageError(f"{name}: larger than {LARGEST // 1_000_000} MB", cure="split the file")
    text = _decoded(data, name)
    rows = csv.reader(io.StringIO(text, newline=""), _dialect(text))
    parties, eccns = dict[str, None](), dict[str, None]()
    try:
        heads = [search_key(head) for head in next(rows, [])]
        party, eccn = (
            next((at for at, head in enumerate(heads) if head in known), None) for known in (_NAME, _ECCN)
        )
        if party is None and eccn is None:
            raise UsageError(
                f"{name}: line 1: no column is called name or eccn",
                cure="write the heads `name,eccn` in the first line",
            )
        for row in rows:
            parties[_field(row, party)] = None
            eccns[_field(row, eccn)] = None
            if len(parties) + len(eccns) > MOST:
                raise UsageError(f"{name}: more than {MOST} entries", cure="split the file")
    except csv.Error as error:
        raise UsageError(f"{name}: line {rows.line_num}: {error}", cure="save the table as CSV") from error
    found = [one for one in parties if one], [one for one in eccns if one]
    if not any(found):
        raise UsageError(f"{name}: no row has a name or an ECCN")
    return found


def _field(row: list[str], column: int | None) -> str:
    return fold_space(row[column])[:LONGEST] if column is not None and column < len(row) else ""


def _decoded(data: bytes, name: str) -> str:
    if not data.strip():
        raise UsageError(f"{name}: the file is empty", cure="save the table as CSV")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\x00", "")
    raise UsageError(f"{name}: neither UTF-8 nor Shift_JIS", cure="save the table as CSV UTF-8")


def _dialect(text: str) -> type[csv.Dialect]:
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)

    class Table(csv.excel):
        delimiter = separator

    return Table
