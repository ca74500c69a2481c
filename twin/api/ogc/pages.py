"""The OGC API for eyes: every answer as a plain page without script or anything from elsewhere (pure)."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit, urlunsplit

STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans SC",sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1d2329}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:1.6rem}a{color:#0b5cad}
table{border-collapse:collapse;font-size:13px;display:block;overflow-x:auto}
th,td{border:1px solid #cfd6dc;padding:.25rem .5rem;text-align:left;vertical-align:top}th{background:#eef1f4}
dt{font-weight:600}dd{margin:0 0 .4rem 1rem}code{background:#eef1f4;padding:0 .2rem}
@media(prefers-color-scheme:dark){body{background:#14181c;color:#dde3e8}a{color:#7db8f0}th,code{background:#232a31}
th,td{border-color:#3a434c}}
"""
_SHOWN = 200


def page(title: str, body: dict[str, Any], style: str) -> str:
    """An answer as a page.

    Args:
        title: its heading.
        body: the answer as JSON values.
        style: address of the style sheet.
    """
    rest = {key: value for key, value in body.items() if key not in {"links", "features", "collections", "title"}}
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f'<link rel="stylesheet" href="{escape(style)}"></head><body><h1>{escape(title)}</h1>',
    ]
    if "collections" in body:
        parts.append(_collections(body["collections"]))
    if "features" in body:
        parts.append(_features(body["features"]))
    if rest.get("properties") and body.get("type") == "Feature":
        parts.append(_list(rest.pop("properties")))
    if rest:
        parts.append(_list(rest))
    if body.get("links"):
        parts.append(f"<h2>链接 Links</h2><ul>{''.join(_link(link) for link in body['links'])}</ul>")
    parts.append("</body></html>")
    return "".join(parts)


def _link(link: dict[str, Any]) -> str:
    text = f"{link['rel'].rpartition('/')[2]} {link.get('title') or ''}".strip()
    href = _as_page(link["href"]) if "json" in (link.get("type") or "json") else link["href"]
    return f'<li><a href="{escape(href)}">{escape(text)}</a> <code>{escape(link.get("type") or "")}</code></li>'


def _as_page(href: str) -> str:
    """The address of the same thing as a page."""
    parts = urlsplit(href)
    kept = [one for one in parts.query.split("&") if one and not one.startswith("f=")]
    return urlunsplit(parts._replace(query="&".join([*kept, "f=html"])))


def _collections(collections: list[dict[str, Any]]) -> str:
    rows = []
    for one in collections:
        own = {link["rel"]: link["href"] for link in one["links"]}
        rows.append(
            f'<tr><td><a href="{escape(_as_page(own["self"]))}">{escape(one["title"])}</a></td>'
            f'<td><a href="{escape(_as_page(own["items"]))}">items</a></td><td>{escape(one["description"])}</td></tr>'
        )
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _features(features: list[dict[str, Any]]) -> str:
    if not features:
        return "<p>没有符合条件的要素。No feature matches.</p>"
    names = list(features[0]["properties"])
    head = "".join(f"<th>{escape(name)}</th>" for name in ("id", *names))
    rows = [
        "<tr>" + "".join(f"<td>{_value(cell)}</td>" for cell in (one["id"], *one["properties"].values())) + "</tr>"
        for one in features[:_SHOWN]
    ]
    more = f"<p>… {len(features) - _SHOWN}</p>" if len(features) > _SHOWN else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{more}"


def _list(values: dict[str, Any]) -> str:
    return (
        f"<dl>{''.join(f'<dt>{escape(str(key))}</dt><dd>{_value(value)}</dd>' for key, value in values.items())}</dl>"
    )


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _list(value)
    if isinstance(value, list):
        return "<br>".join(_value(one) for one in value[:_SHOWN])
    return "–" if value is None else escape(str(value))
