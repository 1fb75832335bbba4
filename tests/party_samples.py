"""Made-up party files, and METI's matrix as a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl

DENIED_HEAD = (
    "Name", "Street_Address", "City", "State", "Country", "Postal_Code", "Effective_Date", "Expiration_Date", "Standard_Order", "Last_Update",
    "Action", "FR_Citation",
)  # fmt: skip
Row = tuple[str | None, ...]
MATRIX_HEAD: Row = ("項番", "項目", "省令", "省令の規定", "用語", "解釈", "", "参考ECCN")
MATRIX_ROWS: list[Row] = [
    ("輸出令\n第７項\n（１７）", "半導体素子の製造用の装置", "第６条第十七号イ", "エピタキシャル成長装置", None, None, None, "3B001.a"),
    (None, None, "第６条第十七号ロ", "イオン注入装置", "用語", "解釈", None, "3B001.b、3B991"),
    ("輸出令第７項（１８）", "マスク", "第６条第十八号", None, None, None, None, "3B001.h"),
    ("輸出令第９項（５の２）", "暗号装置", "第８条第五号の二", None, None, None, None, "－"),
    ("輸出令第９項（６）", "その他の装置", "第８条第六号", None, None, None, None, "一部対応"),
]  # fmt: skip


def matrix_book(rows: Sequence[Row] = MATRIX_ROWS, head: Row = MATRIX_HEAD, sheet: str = "７項") -> bytes:
    """Return a spreadsheet with a cover and one sheet of items."""
    made = openpyxl.Workbook()
    made.active.title = "表紙"
    made.active.append(("貨物・技術のマトリクス表",))
    page = made.create_sheet(sheet)
    for row in (("見本",), head, *rows):
        page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
