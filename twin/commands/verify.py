"""`twin verify journal`: proves that nothing of the journal was changed, taken away or put elsewhere."""

from __future__ import annotations

import re
import sys

import click

from gis.errors import StoreError
from gis.store.database import connect, transaction
from gis.store.journal_chain import Head, Proof, plants_with_journal, proof_of
from gis.time import format_time
from twin.commands.database import database_option, database_url

_WHY = {
    "missing": "it is not there",
    "inserted": "an entry stands there that does not belong there",
    "altered": "it is not what was written",
    "end_missing": "the entries from here to the end are not there",
    "head_altered": "the head of the chain was changed",
    "dropped": "retention took the expected head: it cannot be checked any more",
    "unexpected": "the chain does not pass through the expected head",
}


@click.group(name="verify", help="Prove that what is stored is what was written.")
def command() -> None:
    """Verbs of proof."""


@command.command(name="journal")
@click.option("--plant", metavar="CODE", help="Only this plant.")
@click.option(
    "--expect",
    metavar="LINK:HASH",
    help="A head that was written down before (with --plant): the chain must pass through it.",
)
@database_option
def journal(plant: str | None, expect: str | None, database: str | None) -> None:
    """Walk the journal's chain of hashes; exit code 1 and the first broken entry when it does not hold.

    Write the printed head down elsewhere now and then: who may write to the database could build a whole new chain, but
    not one that passes through a head that is kept out of reach.
    """
    expected = _head(expect)
    if expected is not None and plant is None:
        raise click.UsageError("--expect is about one plant: give --plant, too")
    try:
        proofs = _proofs(database_url(database), plant, expected)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    if not proofs:
        click.echo("no journal yet")
    for proof in proofs:
        click.echo(told(proof))
    sys.exit(1 if any(proof.fault is not None for proof in proofs) else 0)


def _proofs(url: str, plant: str | None, expected: Head | None) -> list[Proof]:
    engine = connect(url, pool_size=1)
    try:
        with transaction(engine) as connection:
            plants = plants_with_journal(connection) if plant is None else [plant]
        return [proof_of(engine, code, expected) for code in plants]
    finally:
        engine.dispose()


def told(proof: Proof) -> str:
    """One line about one plant."""
    head = f"head {proof.head.link}:{proof.head.hash.hex()}"
    gone = f", {proof.dropped} dropped by retention" if proof.dropped else ""
    if proof.fault is None:
        return f"{proof.plant}: whole; {proof.entries} entries{gone}; {head}"
    fault = proof.fault
    where = f"entry {fault.link}"
    if fault.seq is not None and fault.t_ns is not None:
        where += f" (seq {fault.seq}, {format_time(fault.t_ns)})"
    return f"{proof.plant}: BROKEN at {where}: {_WHY[fault.why]}; {proof.entries} entries before it hold{gone}; {head}"


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,18}:[0-9a-f]{64}", text):
        raise click.UsageError("--expect is LINK:HASH as this verb prints it")
    link, _, hashed = text.partition(":")
    return Head(int(link), bytes.fromhex(hashed))
