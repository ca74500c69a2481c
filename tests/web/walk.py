"""A contractor walks into a fence and out again: `python -m tests.web.walk STATUS FENCE`.

Puts a person with a tag into the records of the twin that the status file names, publishes their fixes as a positioning
engine would, and takes the records away at the end. Prints the person's code, then `inside` once the first fixes inside
are out; stays until terminated (or for five minutes), walks out and prints `left`. The simulator knows nothing of them, so nobody else speaks for that tag.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from shapely.geometry import shape

from gis.frames import SiteFrame
from gis.plant import Names, Person, Tag, TagAssignment
from gis.store.database import connect, transaction
from gis.store.plants import add_records, load_plant, save_plant
from gis.time import UtcNs

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from gis.plant import Plant

PERIOD_S = 0.4
OUTSIDE_M = 12.0
STEPS = 20
LONGEST_STAY_S = 300.0


def answer(url: str, path: str) -> Any:
    """A JSON answer of the twin."""
    with urllib.request.urlopen(f"{url}/api/v1{path}", timeout=20) as said:
        return json.load(said)


def main(status_path: str, fence: str) -> None:
    """Walk."""
    called_out = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: called_out.set())
    status = json.loads(Path(status_path).read_text(encoding="utf-8"))
    url = status["url"]
    plant = answer(url, "/plants")["items"][0]
    code, frame = plant["code"], SiteFrame(plant["frame"]["origin_lon"], plant["frame"]["origin_lat"])
    where = next(one for one in answer(url, f"/plants/{code}/fences?limit=1000")["items"] if one["code"] == fence)
    area = frame.shape_to_site(shape(where["geometry"]))
    person, tag = f"WALK{int(time.time()) % 100_000:05d}", f"TWALK{int(time.time()) % 100_000:05d}"
    engine = answer(url, f"/plants/{code}")["engines"][0]["code"]
    broker = status["mqtt"]
    client = Client(CallbackAPIVersion.VERSION2)
    if "username" in broker:
        client.username_pw_set(broker["username"], broker["password"])
    client.connect(broker["host"], broker["port"])
    client.loop_start()
    engine_of = connect(status["database"])
    with transaction(engine_of) as connection:
        since = UtcNs(time.time_ns() - 60 * 10**9)
        add_records(
            connection,
            code,
            people=[Person(code=person, names=Names(zh="行走者", en="Walker"), role="contractor")],
            tags=[Tag(code=tag)],
            assignments=[TagAssignment(tag=tag, person=person, valid_from=since)],
        )
    try:
        walk(client, f"twin/v1/{code}/uwb/{engine}/fix", tag, person, area, called_out)
    finally:
        with transaction(engine_of) as connection:
            plant_now = load_plant(connection, code)
            save_plant(connection, without(plant_now, person, tag))
        engine_of.dispose()
        client.disconnect()
        client.loop_stop()


def without(plant: Plant, person: str, tag: str) -> Plant:
    """The records without the walker."""
    return plant.model_copy(
        update={
            "people": tuple(one for one in plant.people if one.code != person),
            "tags": tuple(one for one in plant.tags if one.code != tag),
            "assignments": tuple(one for one in plant.assignments if one.tag != tag),
        }
    )


def walk(
    client: Client, topic: str, tag: str, person: str, area: BaseGeometry, called_out: threading.Event
) -> None:
    """From the west into the middle, stay until called out, and back."""
    middle = area.representative_point()
    west = area.bounds[0] - OUTSIDE_M
    path = [west + (middle.x - west) * i / STEPS for i in range(STEPS + 1)]

    def stand(x: float) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fix = {"tag": tag, "t": now, "seq": int(time.time() * 10), "x": x, "y": middle.y, "z": 1.2, "sd": 0.3}
        client.publish(topic, json.dumps(fix), qos=1).wait_for_publish(5)
        time.sleep(PERIOD_S)

    print(person, flush=True)
    for x in [*[west] * 8, *path, *[middle.x] * 4]:
        stand(x)
    print("inside", flush=True)
    until = time.monotonic() + LONGEST_STAY_S
    while not called_out.is_set() and time.monotonic() < until:
        stand(middle.x)
    for x in [*reversed(path), *[west] * 6]:
        stand(x)
    print("left", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
