"""What can go wrong with the private servers.

TwinError
└── ServerError             a private server could not be started, reached or stopped
    └── ServerMissingError  its program is not installed on this machine
"""

from __future__ import annotations

from gis.errors import TwinError


class ServerError(TwinError):
    """A private server could not be started, reached or stopped."""


class ServerMissingError(ServerError):
    """A program is not installed; the message says what to install, in both languages."""

    def __init__(self, program: str, debian: str, elsewhere: str) -> None:
        super().__init__(
            f"{program} is not installed. On Debian or Ubuntu: make setup (or: apt install {debian}). "
            f"Elsewhere: {elsewhere}.\n"
            f"未安装 {program}。Debian/Ubuntu 请运行 make setup（或 apt install {debian}）；"
            f"其他系统请安装：{elsewhere}。"
        )
