"""Decodes bytes as browsers do: by the byte order mark, else as UTF-8 where they plainly are, else by the label.

Labels mean what the WHATWG Encoding Standard says (https://encoding.spec.whatwg.org): Shift_JIS is windows-31j, gb2312
is gb18030, iso-8859-1 is windows-1252. One step is ours: text with characters outside ASCII that is valid UTF-8 is
UTF-8 whatever its label says, because a wrong header is common and such bytes are hardly ever anything else.
"""

from __future__ import annotations

import codecs
import re

import webencodings

UTF_8 = "utf-8"
_FALLBACK = "windows-1252"  # what browsers assume without a label
_BOMS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
# Python's codecs for names of the standard, where the two differ.
_PYTHON = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "windows-874": "cp874",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "iso-8859-8-i": "iso-8859-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_TWO_BYTES = frozenset({"gbk", "gb18030", "shift_jis", "euc-kr", "big5", "euc-jp"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,400}?\bcharset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"']+)[\"']")
_DECLARATION = re.compile(r"(\s*<\?xml\b[^>]{0,200}?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_FOREIGN = re.compile("[^\\x00-\\x7f]+")
_SCAN = 4096  # bytes in which a page may declare its encoding; browsers check 1,024
_ESCAPES = (b"\x1b$B", b"\x1b$@")  # ISO-2022-JP
_KANA = re.compile("[\u3041-\u30ff]")


def label_of(content_type: str | None) -> str:
    """Return the charset of a Content-Type header; "" where there is none."""
    found = _CHARSET.search(content_type or "")
    return found[1] if found else ""


def encoding_name(label: str) -> str:
    """Return the standard's name for a label; "" for an unknown label."""
    found = webencodings.lookup(label.strip())
    return found.name if found else ""


def encoding_of(data: bytes, label: str = "") -> str:
    """Return the encoding of HTML, XML or plain text, by the standard's names. `label` is the one sent with the
    bytes, such as the charset of a header; a declaration in the text has lower priority.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    utf_8 = _is_utf_8(data)
    stated = encoding_name(label) or _stated(data)
    if utf_8 and not data.isascii() and not _may_be_two_bytes(data, stated):
        return UTF_8
    if stated:
        return stated
    if data.startswith((b"<\0?\0", b"<\0!\0", b"<\0h\0", b"<\0H\0")):
        return "utf-16le"
    if data.startswith((b"\0<\0?", b"\0<\0!", b"\0<\0h", b"\0<\0H")):
        return "utf-16be"
    return _japanese(data) or (UTF_8 if utf_8 else _FALLBACK)


def decoded(data: bytes, label: str = "") -> str:
    """Return the text without its byte order mark. Bytes that are invalid in the encoding become U+FFFD."""
    return _decode(data, encoding_of(data, label))


def as_utf_8(data: bytes, label: str = "") -> bytes:
    """Return the same text in UTF-8, without a byte order mark."""
    return _decode(data, encoding_of(data, label)).encode(UTF_8, "replace")


def xml_as_utf_8(data: bytes, label: str = "") -> bytes:
    """Return XML in UTF-8, its declaration without an encoding. Bytes that are meant to be UTF-8 stay
    unchanged, wrong ones included: XML without a label is UTF-8, and its parser reports errors. An unknown
    name in the declaration is left for the parser to refuse.
    """
    name = encoding_of(data, label)
    declared = _DECLARED.match(data[:_SCAN])
    stated = encoding_name(declared[1].decode("latin-1")) if declared else UTF_8
    if not encoding_name(label) and (not stated or (declared is None and name == _FALLBACK)):
        return data
    text = (
        data.removeprefix(codecs.BOM_UTF8) if name == UTF_8 else _decode(data, name).encode(UTF_8, "replace")
    )
    if name == UTF_8 and stated == UTF_8:
        return text
    head = text[:400].decode("latin-1")
    return _DECLARATION.sub(r"\1", head, count=1).encode("latin-1") + text[400:]


def misread(text: str) -> str:
    """Return the first passage of a text that was decoded with a wrong encoding, or is U+FFFD; "" for a
    readable text. UTF-8 decoded as windows-1252 or windows-31j turns back into valid UTF-8, which real words
    hardly ever do.
    """
    if text.isascii():
        return ""
    for found in _FOREIGN.finditer(text):
        run = found.group()
        if "\ufffd" in run:
            return run[:40]
        for codec in ("cp1252", "cp932"):
            if len(run) > 1 and _turns_back(run, codec):
                return run[:40]
    return ""


def _turns_back(run: str, codec: str) -> bool:
    """Return whether the bytes of these characters in the codec are plausible UTF-8. One accented letter and a
    closing quote may be so by chance; the passages that every such text has, as for an apostrophe or §, are
    not.
    """
    try:
        text = codecs.getincrementaldecoder(UTF_8)().decode(run.encode(codec, "tracker.c1"))
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False
    if not all(character.isprintable() or character.isspace() for character in text):
        return False
    return len(text) > 1 or (text != "" and (text >= "\u0800" or text <= "\u00ff"))


def _c1(error: UnicodeError) -> tuple[bytes, int]:
    """Return the five bytes that windows-1252 leaves undefined, which browsers decode as C1 controls."""
    if isinstance(error, UnicodeEncodeError) and "\x80" <= error.object[error.start] <= "\x9f":
        return bytes((ord(error.object[error.start]),)), error.start + 1
    raise error


def _decode(data: bytes, name: str) -> str:
    for mark, marked in _BOMS:
        if name == marked:
            data = data.removeprefix(mark)
    codec = _PYTHON.get(name, name)
    if name in ("replacement", "x-user-defined"):
        codec = _PYTHON.get(_FALLBACK, _FALLBACK)
    return data.decode(codec, "tracker.whatwg")


def _is_utf_8(data: bytes) -> bool:
    """Return whether all of it is UTF-8; after other characters outside ASCII, the last one may be truncated."""
    try:
        text = codecs.getincrementaldecoder(UTF_8)().decode(data)
    except UnicodeDecodeError:
        return False
    return data.isascii() or not text.isascii()


def _may_be_two_bytes(data: bytes, name: str) -> bool:
    """Return whether valid UTF-8 may still be a few characters of an East Asian encoding: their pairs of bytes
    look like the two bytes of Latin and Greek letters. The three bytes of East Asian characters in UTF-8
    decide.
    """
    if name not in _TWO_BYTES:
        return False
    return all(character < "\u0800" for character in data.decode(UTF_8, "ignore"))


def _stated(data: bytes) -> str:
    """Return the encoding that XML or an HTML page declares."""
    head = data[:_SCAN]
    found = _DECLARED.match(head) or _META.search(_COMMENT.sub(b"", head))
    name = encoding_name(found[1].decode("latin-1")) if found else ""
    # These words were decoded as ASCII, so the text is not UTF-16, whatever they declare.
    return UTF_8 if name.startswith("utf-16") else name


def _japanese(data: bytes) -> str:
    """Return the encoding of Japanese text without a label, recognized by its kana; "" for anything else."""
    if any(escape in data for escape in _ESCAPES) and data.isascii():
        return "iso-2022-jp"
    sample = data[:200_000]
    for name in ("euc-jp", "shift_jis"):
        text = sample.decode(_PYTHON.get(name, name), "tracker.whatwg")
        foreign = sum(character > "\x7f" for character in text)
        wrong = text.count("\ufffd")
        if foreign and wrong <= 0.01 * foreign and len(_KANA.findall(text)) >= 0.2 * foreign:
            return name
    return ""


def _whatwg(error: UnicodeError) -> tuple[str, int]:
    """Decode what browsers know and Python's codecs do not: the C1 controls of windows-125x, and the characters
    of NEC and IBM in EUC-JP and ISO-2022-JP. Everything else becomes U+FFFD.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start, data = error.start, error.object
    codec = error.encoding.lower().replace("-", "_")
    if codec in ("euc_jp", "iso2022_jp") and len(pair := data[start : start + 2]) == 2:
        text = _from_shift_jis(pair[0] | 0x80, pair[1] | 0x80)
        if text:
            return text, start + 2
    if codec in ("charmap", "cp1252", "windows_1252") and 0x80 <= data[start] <= 0x9F:
        return chr(data[start]), start + 1
    return "\ufffd", max(error.end, start + 1)


def _from_shift_jis(first: int, second: int) -> str:
    """Return a character of EUC-JP's plane, by the same row and cell of windows-31j; "" where there is none."""
    if not (0xA1 <= first <= 0xFE and 0xA1 <= second <= 0xFE):
        return ""
    row, cell = first - 0xA1, second - 0xA1
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row % 2 else cell + (0x40 if cell < 63 else 0x41)
    try:
        return bytes((lead, trail)).decode("cp932")
    except UnicodeDecodeError:
        return ""


codecs.register_error("tracker.whatwg", _whatwg)
codecs.register_error("tracker.c1", _c1)
