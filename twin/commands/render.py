"""`twin render`: a picture of a plant, without a screen."""

from __future__ import annotations

import re
from pathlib import Path

import click

from assets import custom
from assets.errors import ModelError
from twin.commands.plant_source import read


@click.command(help="Draw a plant (a plant directory or the code of an imported plant) as a PNG picture.")
@click.argument("plant")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="PNG file to write."
)
@click.option(
    "--view", default="overview", show_default=True, type=click.Choice(["overview", "top"]), help="Standpoint."
)
@click.option("--unit", help="Code of an asset to look at instead of the whole plant.")
@click.option("--azimuth", type=click.FloatRange(0, 360), help="Heading the camera looks along, degrees from north.")
@click.option("--elevation", type=click.FloatRange(2, 90), help="Degrees above the horizon.")
@click.option("--zoom", type=click.FloatRange(0.1, 20), help="1 fits the subject.")
@click.option("--size", default="1600x900", show_default=True, help="Width and height in pixels.")
@click.option("--zones/--no-zones", default=True, help="Tint the ground by risk zone.")
@click.option("--labels/--no-labels", default=True, help="Write the numbers of the tanks.")
@click.option("--own", type=click.Path(file_okay=False, path_type=Path), help="Directory of the customer's own models.")
@click.option(
    "--database", envvar="DATABASE_URL", help="Database of an imported plant; otherwise that of the running twin."
)
def command(  # noqa: D103 - the help text is the docstring
    plant: str,
    output: Path,
    view: str,
    unit: str | None,
    azimuth: float | None,
    elevation: float | None,
    zoom: float | None,
    size: str,
    zones: bool,
    labels: bool,
    own: Path | None,
    database: str | None,
) -> None:
    from assets.render import VIEWS, View, render  # noqa: PLC0415 - only this verb draws

    found, directory = read(plant, database)
    models = own or (directory / "models" if directory else None)
    loaded, refused = custom.load_all(models, sorted({asset.model for asset in found.assets if asset.model}))
    for refusal in refused:
        click.echo(f"{refusal.file}: {refusal.text}", err=True)
    usual = VIEWS[view]
    stand = View(
        usual.azimuth_deg if azimuth is None else azimuth,
        usual.elevation_deg if elevation is None else elevation,
        usual.zoom if zoom is None else zoom,
        unit,
    )
    try:
        picture = render(found, stand, _size(size), own=loaded, zones=zones, labels=labels)
    except ModelError as error:
        raise click.ClickException(str(error)) from error
    from PIL import Image  # noqa: PLC0415 - comes with the extra `render`

    output.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(output, format="PNG", optimize=True)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
    if match is None:
        raise click.BadParameter("write it as 1600x900", param_hint="--size")
    return int(match[1]), int(match[2])
