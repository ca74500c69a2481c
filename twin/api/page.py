"""The built page: its files, and `index.html` for every address of the page's own."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

# Files under assets/ carry a hash of their content in their name.
HASHED = "assets"
IMMUTABLE = "public, max-age=31536000, immutable"
# Addresses that are never a page: a mistyped one is told so instead of being shown the map.
_RESERVED = ("api", "ws", "ogc", "models", "tiles", "assets", "fonts")
_NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Plant Twin</title>
<body><p>网页尚未构建，请运行 make setup。</p><p>The page is not built yet: run make setup.</p></body></html>"""


class Page(StaticFiles):
    """Serves a directory of built files; every other address without a file ending is the page itself."""

    async def check_config(self) -> None:
        """A page that is not built yet is a state to be shown, not a fault of the server."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, or the page."""
        parts = PurePosixPath(path).parts
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            reserved = bool(parts) and parts[0] in _RESERVED
            if error.status_code != HTTPStatus.NOT_FOUND or reserved or PurePosixPath(path).suffix:
                raise
            try:
                response = await super().get_response("index.html", scope)
            except HTTPException:
                return HTMLResponse(_NOT_BUILT, 503, {"Cache-Control": "no-store"})
            parts = ()
        response.headers["Cache-Control"] = IMMUTABLE if parts[:1] == (HASHED,) else "no-cache"
        return response
