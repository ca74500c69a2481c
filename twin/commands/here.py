"""What the twin running from this folder says of itself, for verbs that need its broker or its database."""

from __future__ import annotations

import json
from typing import Any

from twin.edges import statusfile


def told() -> dict[str, Any]:
    """The status file's content; empty when no twin was started here."""
    from twin.edges.settings import TwinSettings  # noqa: PLC0415 - a verb starts fast

    try:
        content = json.loads((TwinSettings().var / statusfile.NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
