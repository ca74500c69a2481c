"""What a twin needs and need not be made twice: the 3D models of a plant. `python -m twin.commands.prepared DIR`.

Set-up runs it for the demonstration plant, `twin up` for whatever the database holds.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twin.edges.settings import PROJECT, TwinSettings

if TYPE_CHECKING:
    from gis.plant import Plant

_STAMP = ".built"


def models_stamp(plant: Plant) -> str:
    """Changes whenever the plant's models would: with its assets, and with the code that shapes them."""
    digest = hashlib.sha256()
    for asset in sorted(plant.assets, key=lambda asset: asset.code):
        digest.update(asset.model_dump_json().encode())
    for source in sorted((PROJECT / "assets").glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def models_current(directory: Path, stamp: str) -> bool:
    """Whether a plant's models are built and still right."""
    try:
        return (directory / _STAMP).read_text() == stamp and (directory / "manifest.json").exists()
    except OSError:
        return False


def mark_models(directory: Path, stamp: str) -> None:
    """Note what was built."""
    (directory / _STAMP).write_text(stamp)


def main(arguments: list[str]) -> int:
    """Build the models of a plant directory, unless they are there."""
    from assets.manifest import build  # noqa: PLC0415 - large, and mostly not needed
    from gis.files import read_plant  # noqa: PLC0415 - as above
    from twin.commands.models import write  # noqa: PLC0415 - as above

    plant = read_plant(Path(arguments[0]))
    directory = TwinSettings().var.resolve() / "models" / plant.head.code
    stamp = models_stamp(plant)
    if not models_current(directory, stamp):
        write(build(plant), directory)
        mark_models(directory, stamp)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
