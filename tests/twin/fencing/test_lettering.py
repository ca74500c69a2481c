"""Letters of other people's files, and references in them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.fencing.lettering import dxf_encoding, shapefile_encoding, without_links

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12)


def table(value: bytes, code_page: int = 0) -> bytes:
    """A dBASE table of one field and one row."""
    head = 32 + 32 + 1
    field = b"NAME".ljust(11, b"\0") + b"C" + bytes(4) + bytes([254]) + bytes(15)
    start = b"\x03" + bytes(7) + head.to_bytes(2, "little") + (255).to_bytes(2, "little") + bytes(17)
    return start + bytes([code_page]) + bytes(2) + field + b"\r " + value.ljust(254) + b"\x1a"


@pytest.mark.parametrize(
    ("cpg", "code_page", "value", "told"),
    [
        (b"GBK", 0, "罐区".encode("gbk"), ("GB18030", True)),
        (b"936\r\n", 0, "罐区".encode("gbk"), ("GB18030", True)),
        (b"ANSI 936", 0, "罐区".encode("gbk"), ("GB18030", True)),
        (b"UTF-8", 0, "罐区".encode(), ("utf-8", True)),
        (b"1252", 0, b"Stra\xdfe", ("cp1252", True)),
        (b"", 0x4D, "罐区".encode("gbk"), ("GB18030", True)),
        (b"", 0, "罐区".encode("gbk"), ("GB18030", False)),
        (b"", 0x57, "罐区东门".encode(), ("utf-8", False)),
        (b"nonsense", 0, b"plain", ("utf-8", True)),
        (b"zlib", 0, "罐区".encode("gbk"), ("GB18030", False)),
        (b"", 0, ("罐区" * 50).encode()[:254], ("utf-8", False)),
    ],
)
def test_the_encoding_of_a_shapefile(cpg: bytes, code_page: int, value: bytes, told: tuple[str, bool]) -> None:
    assert shapefile_encoding(cpg, table(value, code_page)) == told


@given(HANZI, st.sampled_from(["utf-8", "gbk", "gb18030"]))
def test_chinese_that_does_not_say_how_it_is_written_is_read(text: str, written: str) -> None:
    try:
        value = text.encode(written)
    except UnicodeEncodeError:
        return
    encoding, said = shapefile_encoding(b"", table(value))
    assert (value.decode(encoding), said) == (text, False)


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_no_table_is_too_broken_to_ask(dbf: bytes, cpg: bytes) -> None:
    encoding, _ = shapefile_encoding(cpg, dbf)
    dbf.decode(encoding, "replace")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"0\nSECTION\n8\nA\n", (None, True)),
        ("9\n$DWGCODEPAGE\n3\nANSI_936\n8\n罐区\n".encode("gbk"), (None, True)),
        ("9\n$DWGCODEPAGE\n3\nANSI_936\n8\n罐区\n".encode(), ("UTF-8", True)),
        ("8\n罐区\n".encode(), ("UTF-8", True)),
        ("8\n罐区\n".encode("gbk"), ("GB18030", False)),
        ("9\n$DWGCODEPAGE\n3\nKLINGON\n8\n罐区\n".encode("gbk"), ("GB18030", False)),
    ],
)
def test_the_encoding_of_a_cad_drawing(content: bytes, told: tuple[str | None, bool]) -> None:
    assert dxf_encoding(content) == told


def test_a_coordinate_system_given_as_a_link_is_taken_out_wherever_it_stands() -> None:
    link = {"type": "Link", "properties": {"href": "http://127.0.0.1:1/"}}
    geometry = {"type": "Point", "coordinates": [1, 2], "crs": link}
    file = {"type": "FeatureCollection", "crs": link, "features": [{"type": "Feature", "geometry": geometry}]}
    left, found = without_links(json.dumps(file).encode())
    assert found
    assert b"href" not in left
    assert json.loads(left)["features"][0]["geometry"]["coordinates"] == [1, 2]


def test_a_named_coordinate_system_and_all_else_stay_byte_for_byte() -> None:
    content = b'\xef\xbb\xbf{"crs": {"type": "name", "properties": {"name": "EPSG:4549"}}, "type": "link"}'
    assert without_links(content) == (content, False)
    with pytest.raises(ValueError, match="Expecting"):
        without_links(b"{")
