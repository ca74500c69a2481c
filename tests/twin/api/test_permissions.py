"""Every door has a lock, and says which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Mount

from twin.api import permissions
from twin.api.permissions import KEY, OPERATOR, Permission, Requirement
from twin.api.routes import live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.twin.api.conftest import Twin

PLACEHOLDERS = {
    "plant": "TEST-1",
    "code": "X",
    "alarm": "X",
    "subject": "X",
    "sha": "0" * 64,
    "layer": "zones",
    "muster": "X",
}


def _routes(routes: list[Any]) -> Iterator[Any]:
    for route in routes:
        included = getattr(route, "original_router", None) or getattr(route, "router", None)
        if included is not None and not isinstance(route, Mount):
            yield from _routes(included.routes)
        else:
            yield route


def test_every_route_names_a_permission_and_asks_for_it(lonely: Twin) -> None:
    seen = 0
    for route in _routes(lonely.app.routes):
        if isinstance(route, APIRoute):
            asked = (route.openapi_extra or {}).get(KEY)
            assert asked in set(Permission), f"{route.path} names no permission"
            locks = [one.call for one in route.dependant.dependencies if isinstance(one.call, Requirement)]
            assert Permission(asked) in [lock.permission for lock in locks], f"{route.path} does not ask for {asked}"
            seen += 1
        elif isinstance(route, APIWebSocketRoute):
            assert route.path == live.PATH, "a new WebSocket must be locked and tested like the first"
        elif not isinstance(route, Mount):
            assert route.path == "/api/v1/openapi.json", f"{route.path} has no lock"
    assert seen > 30


def test_openapi_shows_the_permission_of_every_operation(lonely: Twin) -> None:
    document = lonely.client.get("/api/v1/openapi.json").json()
    operations = [(path, verb, one) for path, verbs in document["paths"].items() for verb, one in verbs.items()]
    assert len(operations) > 30
    for path, verb, operation in operations:
        assert operation.get(KEY) in set(Permission), f"{verb} {path}"


def test_who_lacks_the_permission_is_refused_everywhere(lonely: Twin) -> None:
    stranger = OPERATOR.model_copy(update={"permissions": []})
    lonely.app.state.sign_in = lambda _connection: stranger
    document = lonely.app.openapi()
    refused = 0
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            address = path.replace("{z}/{x}/{y}", "0/0/0")
            for name, value in PLACEHOLDERS.items():
                address = address.replace(f"{{{name}}}", value)
            address = address.replace("{collection}", "zones").replace("{feature}", "X")
            body = {"names": {"zh": "a", "en": "a"}, "purpose": "forbidden", "geometry": {}} if verb == "put" else {}
            answer = lonely.client.request(verb, address, json=body if verb in {"put", "patch", "post"} else None)
            if operation[KEY] == Permission.PUBLIC:
                assert answer.status_code == 200, path
            else:
                assert answer.status_code == 403, f"{verb} {path}: {answer.status_code}"
                assert answer.json()["params"]["permission"] == operation[KEY]
                refused += 1
    assert refused > 25


def test_the_demonstration_signs_in_the_operator_on_duty(lonely: Twin) -> None:
    answer = lonely.client.get("/api/v1/me").json()
    assert answer["names"]["zh"].startswith("值班操作员")
    assert set(answer["permissions"]) == {one.value for one in permissions.Permission}
