"""Records the scenario anew and takes its effects for right: `python -m tests.golden.bless`. The change is reviewed."""

from __future__ import annotations

from tests.golden.recording import EFFECTS, EVENTS, lines, read_events, replayed, write_events
from tests.golden.scenario import events


def main() -> None:
    """Write both files."""
    write_events(EVENTS, events())
    EFFECTS.write_text(lines(replayed(read_events(EVENTS))))


if __name__ == "__main__":
    main()
