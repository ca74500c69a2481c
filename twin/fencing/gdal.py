"""Other people's files through GDAL, in a process of its own: bounded in time, memory and size, and allowed to crash.

Run as `python -m twin.fencing.gdal` it is that process: one request on its input, one answer on its output. Four
drivers are left in it and none follows a reference: a file that names another file or an address gets nothing read.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import json
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from twin.fencing.lettering import dxf_encoding, shapefile_encoding, without_links

LONGEST_S = 30.0
MEMORY_BYTES = 3 << 30
UNPACKED_BYTES = 64_000_000
MOST_MEMBERS = 60
MOST_SHAPES = 20_000
_DRIVERS = {"geojson": "GeoJSON", "kml": "KML", "shapefile": "ESRI Shapefile", "dxf": "DXF"}
_SUFFIX = {"geojson": ".geojson", "kml": ".kml", "shapefile": ".shp", "dxf": ".dxf"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "geojson": {"layer_options": {"COORDINATE_PRECISION": "9"}},
    "shapefile": {"encoding": "UTF-8"},
    "kml": {"dataset_options": {"NameField": "Name"}},
    "dxf": {},
}
_CONFIG = {
    # A reference that slipped through all else finds no way out: nothing is at this address.
    "GDAL_HTTP_PROXY": "http://0.0.0.0:1",
    "GDAL_HTTPS_PROXY": "http://0.0.0.0:1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
}
_NEEDLESS = ("pandas", "geopandas", "pyarrow")
_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_turn = asyncio.Semaphore(2)


async def ask(request: dict[str, Any]) -> dict[str, Any]:
    """What the process answers; `{"refused": code}` where the file cannot be read, or reading it takes too much.

    Args:
        request: `{"do": "read", "kind", "content"}` or `{"do": "write", "kind", "crs", "shapes"}`; bytes in base64.
    """
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "twin.fencing.gdal",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            told, _ = await asyncio.wait_for(process.communicate(json.dumps(request).encode()), LONGEST_S)
        except TimeoutError:
            return {"refused": "file_takes_too_long"}
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    try:
        answer: dict[str, Any] = json.loads(told)
    except ValueError:
        return {"refused": "file_unreadable"}
    return answer


def _bounded() -> None:
    """Hold this process to its limits, where the system knows such."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (int(LONGEST_S), int(LONGEST_S)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * UNPACKED_BYTES, 2 * UNPACKED_BYTES))


def _unpacked(content: bytes, folder: Path) -> Path | str:
    """The one shapefile of an archive; or why it is not taken."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > UNPACKED_BYTES:
            return "archive_too_large"
        shapes = [one for one in members if one.filename.lower().endswith(".shp")]
        if len(shapes) != 1:
            return "archive_without_shapefile" if not shapes else "archive_with_several"
        stem = shapes[0].filename[:-4]
        left = UNPACKED_BYTES
        for one in members:
            name = Path(one.filename)
            if one.filename[: -len(name.suffix)] != stem or name.suffix.lower() not in _PARTS:
                continue
            with archive.open(one) as packed:
                # What it says of its own size is not believed.
                data = packed.read(left + 1)
            left -= len(data)
            if left < 0:
                return "archive_too_large"
            (folder / f"fences{name.suffix.lower()}").write_bytes(data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, binascii.Error):
        return "file_unreadable"
    return folder / "fences.shp"


def _gdal() -> Any:
    """The library with the four drivers and no way out; refuses to go on with more."""
    for name in _NEEDLESS:
        # It would load them where they are installed, which takes longer than the file.
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    import pyogrio  # noqa: PLC0415 - only in the process of its own

    others = set(pyogrio.list_drivers()) - set(_DRIVERS.values())
    pyogrio.set_gdal_config_options(_CONFIG | {"GDAL_SKIP": ",".join(sorted(others))})
    pyogrio._ogr._register_drivers()  # noqa: SLF001 - the one way to have drivers taken out after all are known
    if set(pyogrio.list_drivers()) != set(_DRIVERS.values()):
        raise RuntimeError("drivers are left that were not asked for")
    return pyogrio


def _placed(kind: str, content: bytes, folder: Path) -> tuple[Path, bool] | str:
    """Where the file lies for GDAL, and whether a coordinate system it had only a link to was taken out; or why not."""
    if kind == "shapefile":
        found = _unpacked(content, folder)
        return found if isinstance(found, str) else (found, False)
    linked = False
    if kind == "geojson":
        try:
            content, linked = without_links(content)
        except (ValueError, RecursionError):
            return "file_unreadable"
    place = folder / f"fences{_SUFFIX[kind]}"
    place.write_bytes(content)
    return place, linked


def _read(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    kind, content = request["kind"], base64.b64decode(request["content"])
    placed = _placed(kind, content, folder)
    if isinstance(placed, str):
        return {"refused": placed}
    place, linked = placed
    pyogrio = _gdal()
    import numpy as np  # noqa: PLC0415 - only in the process of its own
    import shapely  # noqa: PLC0415 - only in the process of its own

    encoding, known = None, True
    if kind == "shapefile":
        cpg, dbf = (_bytes(place.with_suffix(end)) for end in (".cpg", ".dbf"))
        encoding, known = shapefile_encoding(cpg, dbf)
    elif kind == "dxf":
        encoding, known = dxf_encoding(content)
        if encoding is not None:
            pyogrio.set_gdal_config_options({"DXF_ENCODING": encoding})
    shapes: list[dict[str, Any]] = []
    crs = None
    broken = 0
    try:
        for layer, _ in pyogrio.list_layers(place):
            meta, _, geometry, values = pyogrio.raw.read(
                place, layer=layer, max_features=MOST_SHAPES + 1, force_2d=True,
                encoding="ISO-8859-1" if kind == "shapefile" else None,
            )  # fmt: skip
            crs = crs or meta["crs"]
            names = [_text(name, encoding if kind == "shapefile" else None) for name in meta["fields"]]
            for i, wkb in enumerate(() if geometry is None else geometry):
                said = {
                    name: _text(_plain(values[j][i]), encoding if kind == "shapefile" else None)
                    for j, name in enumerate(names)
                }
                shape = shapely.from_wkb(wkb, on_invalid="ignore") if wkb is not None else None
                if shape is not None and np.isfinite(shapely.get_coordinates(shape)).all():
                    own = said.get("Layer") if kind == "dxf" else layer
                    shapes.append({"wkt": shapely.to_wkt(shape, rounding_precision=-1), "said": said, "layer": own})
                else:
                    broken += 1
            if len(shapes) > MOST_SHAPES:
                return {"refused": "file_too_many_shapes"}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError):
        return {"refused": "file_unreadable"}
    return {
        "crs": None if kind == "dxf" or linked else crs,
        "shapes": shapes,
        "broken": broken,
        "encoding": encoding,
        "encoding_known": known,
    }


def _bytes(place: Path) -> bytes:
    with suppress(FileNotFoundError):
        return place.read_bytes()
    return b""


def _text(value: Any, encoding: str | None) -> Any:
    """Text that was read byte by byte, in the file's real encoding; what does not fit is marked, not dropped."""
    return value.encode("latin-1").decode(encoding, "replace") if encoding and isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if value == value else None  # noqa: PLR0124 - not a number
    return value if isinstance(value, (str, bool, int)) else None if value is None else str(value)


def _write(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    pyogrio = _gdal()
    import numpy as np  # noqa: PLC0415 - only in the process of its own
    import shapely  # noqa: PLC0415 - only in the process of its own

    kind, shapes = request["kind"], request["shapes"]
    place = folder / f"fences{_SUFFIX[kind]}"
    names = list(shapes[0]["said"]) if shapes else ["code"]
    columns = [np.array([shape["said"][name] for shape in shapes]) for name in names]
    pyogrio.raw.write(
        place,
        np.array([shapely.to_wkb(shapely.from_wkt(shape["wkt"])) for shape in shapes], object),
        columns,
        names,
        driver=_DRIVERS[kind],
        geometry_type="LineString" if kind == "dxf" else "Unknown" if kind == "kml" else "MultiPolygon",
        promote_to_multi=kind in ("geojson", "shapefile"),
        crs=request["crs"],
        **_OPTIONS[kind],
    )
    if kind != "shapefile":
        return {"content": base64.b64encode(place.read_bytes()).decode()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("fences.*")):
            archive.write(part, part.name)
    return {"content": base64.b64encode(packed.getvalue()).decode()}


def main() -> None:
    """Answer one request."""
    _bounded()
    request = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        answer = (_read if request["do"] == "read" else _write)(request, Path(folder))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
