"""The `twin` command. Verbs are loaded only when asked for, so that every one starts fast."""

from __future__ import annotations

from importlib import import_module

import click

_VERBS = {
    "up": "twin.commands.up",
    "run": "twin.commands.run",
    "status": "twin.commands.status",
    "import": "twin.commands.import_",
    "export": "twin.commands.export",
    "simulate": "twin.commands.simulate",
    "publish": "twin.commands.publish",
    "locate": "twin.commands.locate",
    "calibrate": "twin.commands.calibrate",
    "models": "twin.commands.models",
    "render": "twin.commands.render",
    "schemas": "twin.commands.schemas",
    "verify": "twin.commands.verify",
    "archive": "twin.commands.archive",
}


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        path = _VERBS.get(cmd_name)
        if path is None:
            return None
        command: click.Command = import_module(path).command
        return command


@click.command(cls=_Verbs, help="Plant Twin: the live spatial picture of hazardous-chemical plants.")
@click.version_option(package_name="plant-twin")
def main() -> None:
    """Entry point of the `twin` script."""
