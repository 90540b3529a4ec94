"""What the practice tells Robyn, over the API."""

from __future__ import annotations

from routiq.knowledge import gaps
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Caller


def test_a_note_is_written_asked_and_removed(caller: Caller) -> None:
    answer = caller.post("/knowledge/notes", {"title": "Parking", "text": "Parking is free in the lane."})
    assert (answer.status, answer.json["state"]) == (201, "ready")
    found = caller.get("/knowledge/answer?question=where+can+I+park").json
    assert (found["text"], found["source_id"]) == ("Parking is free in the lane.", answer.json["id"])
    assert [row["title"] for row in caller.get("/knowledge/sources")["items"]] == ["Parking"]
    assert caller.post(f"/knowledge/sources/{answer.json['id']}/remove").status == 200
    assert caller.get("/knowledge/answer?question=where+can+I+park").json["missing"] == "unknown"
    assert caller.get("/knowledge/answer?question=how+much+is+it+to+park").json["missing"] == "price"
    assert caller.get("/knowledge/answer?question=should+I+ice+my+knee").json["missing"] == "clinical"


def test_an_empty_note_is_refused_at_its_field(caller: Caller) -> None:
    answer = caller.post("/knowledge/notes", {"title": "Parking", "text": "  "})
    assert (answer.status, answer.error["fields"]) == (422, {"text": "Write what Robyn may say."})


def test_a_gap_is_answered_once(caller: Caller) -> None:
    with acting_for(caller.practice.pk):
        gap = gaps.note("Do you have wifi?")
        gaps.note("is there wifi?")
    assert gap is not None
    [row] = caller.get("/knowledge/gaps")["items"]
    assert (row["times"], row["wordings"]) == (2, ["Do you have wifi?", "is there wifi?"])
    assert caller.post(f"/knowledge/gaps/{gap.pk}/answer", {"text": "Yes, ask us."}).status == 201
    again = caller.post(f"/knowledge/gaps/{gap.pk}/answer", {"text": "No."})
    assert (again.status, again.error["code"]) == (409, "gap_closed")
    assert caller.get("/knowledge/answer?question=got+wifi").json["text"] == "Yes, ask us."
