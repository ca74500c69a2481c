"""Writes the demonstration plant: `python -m twin.demoplant DIR`."""

from __future__ import annotations

import sys
from pathlib import Path

from gis.files import write_plant
from twin.demoplant.layout import demonstration_plant


def main(arguments: list[str]) -> int:
    """Write the plant into the directory named on the command line; 2 when none is named."""
    if len(arguments) != 1:
        print("usage: python -m twin.demoplant DIR", file=sys.stderr)
        return 2
    write_plant(demonstration_plant(), Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
