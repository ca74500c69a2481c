"""How the letters of other people's files are to be read, and what in them points elsewhere (pure)."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

_CPG = re.compile(rb"[A-Za-z0-9_\-]+(?: \d+)?")
_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+([A-Za-z0-9_\-]+)")
# The byte of a dBASE table that names its code page: 936, and the two other numbers in use for it.
_GBK_TABLES = (0x4D, 0x7A)
_DBF_LETTERS = 29


def _codec(name: str) -> str | None:
    """The name of a known encoding, wide enough for what is really written under it; None for an unknown one."""
    plain = name.strip().upper().removeprefix("ANSI_").removeprefix("ANSI ").removeprefix("CP")
    if plain in ("936", "GBK", "GB2312", "EUC-CN"):
        return "GB18030"
    for tried in (name, f"cp{plain}", plain):
        try:
            b"a".decode(tried)
            return codecs.lookup(tried).name
        except LookupError:
            continue
    return None


def shapefile_encoding(cpg: bytes, dbf: bytes) -> tuple[str, bool]:
    """The encoding of a shapefile's table, and whether the file says it.

    Args:
        cpg: what the `.cpg` beside it says; empty when there is none.
        dbf: the table itself.
    """
    word = _CPG.search(cpg)
    said = _codec(word.group().decode()) if word else None
    if said is not None:
        return said, True
    if len(dbf) > _DBF_LETTERS and dbf[_DBF_LETTERS] in _GBK_TABLES:
        return "GB18030", True
    head = int.from_bytes(dbf[8:10], "little")
    names = b" ".join(dbf[at : at + 11].split(b"\0")[0] for at in range(32, head - 31, 32))
    return _by_fit(names + b" " + dbf[head:])


def dxf_encoding(content: bytes) -> tuple[str | None, bool]:
    """The encoding of a CAD drawing as GDAL is told it, and whether the file says it; None where GDAL knows itself."""
    if content.isascii():
        return None, True
    if _fits(content, "utf-8"):
        # Since 2007 drawings are in UTF-8, whatever code page they name.
        return "UTF-8", True
    page = _CODE_PAGE.search(content[:20_000])
    if page is not None and _codec(page.group(1).decode()) is not None:
        return None, True
    return "GB18030", False


def _by_fit(content: bytes) -> tuple[str, bool]:
    """The encoding the bytes fit; plain ASCII is not in doubt.

    Other encodings hardly ever look like UTF-8, but UTF-8 often looks like GB 18030, and a table cuts letters in two at
    the end of a field: a few that do not fit are no evidence.
    """
    if content.isascii():
        return "utf-8", True
    text = content.decode("utf-8", "replace")
    unfit = text.count("\ufffd")
    fit = sum(letter > "\x7f" for letter in text) - unfit
    return ("utf-8" if fit > 4 * unfit else "GB18030"), False


def _fits(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def without_links(content: bytes) -> tuple[bytes, bool]:
    """GeoJSON without coordinate systems given as a link, which a reader would fetch; and whether there was one.

    Raises:
        ValueError: it is no JSON.
    """
    found = False

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        left = [pair for pair in pairs if not _is_link(*pair)]
        found = found or len(left) < len(pairs)
        return dict(left)

    parsed = json.loads(content.decode("utf-8-sig"), object_pairs_hook=kept)
    return (json.dumps(parsed).encode() if found else content), found


def _is_link(name: str, value: object) -> bool:
    return name.lower() == "crs" and isinstance(value, dict) and str(value.get("type", "")).lower() != "name"
