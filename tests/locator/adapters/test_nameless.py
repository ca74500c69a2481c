"""A message that names no tag is refused with words, not with an empty remark."""

import msgspec

from tests.locator.adapters.payload_files import KNOWN, RECEIVED_NS
from tests.locator.adapters.test_garbage import ENGINES, fresh


def test_an_empty_tag_id_is_refused_and_the_refusal_says_so() -> None:
    topic, _names = ENGINES["pozyx"]
    message = {"version": "1", "tagId": "", "success": True, "timestamp": RECEIVED_NS / 1e9, "data": {}}
    taken = fresh("pozyx").decode(topic, msgspec.json.encode([message]), RECEIVED_NS, KNOWN)
    assert not taken.measurements
    assert [refusal.detail for refusal in taken.refusals] == ["no tag named"]
