"""The feeds file: YAML that says which vendors' engines are taken from where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import SecretStr, ValidationError

from locator.adapters.config import FeedConfig, FeedsConfig, WebSocket
from locator.errors import LocatorError

if TYPE_CHECKING:
    from collections.abc import Sequence


class FeedsFileError(LocatorError):
    """A feeds file that cannot be read or says what cannot be; its text lists every fault, in both languages."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        super().__init__(
            f"{path}: 引擎接入配置有误 faults in the feeds file\n" + "\n".join(f"  {one}" for one in faults)
        )
        self.faults = tuple(faults)


def read_feeds(path: Path) -> tuple[FeedConfig, ...]:
    """The feeds of an installation; keys that stand in files of their own (`api_key_file`) are read too.

    Raises:
        FeedsFileError: with every fault.
    """
    try:
        told: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise FeedsFileError(path, [f"读不到 cannot be read: {error}"]) from error
    except yaml.YAMLError as error:
        # The text of a YAML error shows the line it is about, and a line may hold a password.
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行 line {mark.line + 1}: " if mark is not None else ""
        raise FeedsFileError(path, [f"{where}不是 YAML not YAML"]) from error
    try:
        config = FeedsConfig.model_validate(told if told is not None else {})
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in fault['loc']) or 'feeds'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise FeedsFileError(path, faults) from error
    return tuple(_with_key(path, feed) for feed in config.feeds)


def _with_key(path: Path, feed: FeedConfig) -> FeedConfig:
    wire = feed.connection
    if not isinstance(wire, WebSocket) or wire.api_key_file is None:
        return feed
    place = path.parent / Path(wire.api_key_file)
    try:
        key = place.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise FeedsFileError(path, [f"{feed.name}: api_key_file: {error}"]) from error
    whole = wire.model_copy(update={"api_key": SecretStr(key), "api_key_file": None})
    return feed.model_copy(update={"connection": whole})
