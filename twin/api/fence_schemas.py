"""Messages of the fence editor: drafts with what is wrong with them, versions, previews, files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from gis.plant import Code, Names
from twin.api.schemas import FenceRecord
from twin.api.wire import Iso, Wire

Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]


class FenceFaultRecord(Wire):
    """What is wrong with a fence, and where."""

    code: str
    field: str
    """Of the fence, dotted."""
    params: dict[str, str | float | int | None]
    lon: float | None
    lat: float | None
    warning: bool
    """The fence can be published all the same."""


class FenceDraftWrite(Wire):
    """A fence in the making."""

    base_version: int | None = Field(default=None, ge=1)
    """The version it began from; null for a fence that is new."""
    body: dict[str, Any]
    """The fields of a fence as they stand, valid or not."""


class FenceDraftRecord(Wire):
    """A fence in the making, and what is wrong with it."""

    code: Code
    author: str
    desk: str
    """On which screen it is made."""
    base_version: int | None
    body: dict[str, Any]
    changed: Iso
    faults: list[FenceFaultRecord]


class FenceDraftPage(Wire):
    """The drafts of a plant, the newest first."""

    items: list[FenceDraftRecord]


class FenceRetire(Wire):
    """Take a fence out of force."""

    reason: Reason


class FenceRevert(Wire):
    """Let an earlier version hold again, as a new version."""

    version: int = Field(ge=1)
    reason: Reason


class FenceRetirement(Wire):
    """A version of a fence was taken out of force."""

    t: Iso
    author: str
    reason: str


class FenceVersion(Wire):
    """One version of a fence."""

    fence: FenceRecord
    retired: FenceRetirement | None
    """When, by whom and why it was taken out of force."""


class FenceVersionPage(Wire):
    """Every version of a fence, the newest first."""

    items: list[FenceVersion]


class RetiredFence(Wire):
    """A fence that is out of force."""

    code: Code
    names: Names
    version: int
    """Its newest version."""
    ended: Iso


class RetiredFencePage(Wire):
    """Fences that are out of force."""

    items: list[RetiredFence]


PreviewState = Literal["waiting", "running", "done", "cancelled", "failed"]


class FencePreviewWrite(Wire):
    """Ask what a fence would have raised."""

    code: Code
    body: dict[str, Any]
    hours: float = Field(default=24.0, gt=0, le=24)


class PreviewAlarm(Wire):
    """An alarm that a fence would have raised."""

    kind: str
    priority: int
    subject: str
    names: Names
    raised: Iso
    ended: Iso | None
    """Null while it would still stand."""
    x_m: float
    y_m: float
    lon: float
    lat: float


class FencePreviewRecord(Wire):
    """What a fence would have raised, as far as it is known."""

    id: str
    state: PreviewState
    progress: float
    """0 … 1."""
    t_from: Iso
    t_to: Iso
    people: int
    """How many came near."""
    fixes: int
    """How many positions were looked at."""
    alarms: list[PreviewAlarm]
    total: int
    """All alarms; `alarms` holds the first of them."""
    reason: str
    """Why it failed; empty otherwise."""


class ImportedFence(Wire):
    """One area found in a file."""

    number: int
    """Its place in the file."""
    code: str
    """Taken from the file, or made up."""
    exists: bool
    """A fence of that code is in force."""
    body: dict[str, Any]
    faults: list[FenceFaultRecord]
    layer: str


class FenceImportRecord(Wire):
    """What was found in a file; nothing is stored."""

    kind: Literal["geojson", "kml", "shapefile", "dxf"]
    crs: str | None
    """What the file says its coordinates are; null when it says nothing."""
    used: str
    """What they were taken for."""
    guessed: bool
    """The file did not say, and nobody else did."""
    items: list[ImportedFence]
    passed_over: int
    """Shapes that are no areas."""
    broken: int
    """Shapes without coordinates, or with some that are no numbers."""
    encoding: str | None
    """What its text was read as, where that is a question."""
    warnings: list[str]
    """`encoding_guessed`, `crs_impossible` (what it says of its coordinates cannot be), `too_many_areas`."""
