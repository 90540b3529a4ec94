"""The knowledge pages: what the team tells Robyn, what is missing, and what she would say."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from routiq.knowledge import gaps, readiness, sources
from routiq.knowledge.answering import find
from routiq.knowledge.models import Gap, KnowledgeRules, Source
from routiq.practices.audit import SYSTEM
from routiq.practices.models import AuditEntry, Membership, Person, Practice
from tests.dashboard.conftest import World
from tests.knowledge.pdfs import pdf


def page(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_an_empty_page_says_what_to_do(client_in: Client, practice: Practice) -> None:
    assert "Begin with your website, or write a note" in page(client_in, "/knowledge")
    assert "No open questions" in page(client_in, "/knowledge/gaps")
    html = page(client_in, "/knowledge/readiness")
    assert html.count("Missing") >= 5
    assert "Robyn has nothing to say about this" in html


def test_a_note_is_written_tried_changed_and_removed(client_in: Client, practice: Practice) -> None:
    answer = client_in.post("/knowledge/note", {"title": "Parking", "text": "Parking is free behind the building."})
    assert answer["Location"] == "/knowledge"
    html = page(client_in, "/knowledge?question=where+can+I+park")
    assert "Parking is free behind the building." in html
    note = Source.objects.get()
    assert f"/knowledge/sources/{note.pk}" in html
    client_in.post(f"/knowledge/sources/{note.pk}", {"title": "Parking", "text": "Parking is in the lane."})
    assert "Parking is in the lane." in page(client_in, "/knowledge?question=where+can+I+park")
    client_in.post(f"/knowledge/sources/{note.pk}/remove")
    assert not Source.objects.exists()
    assert "Nothing you told Robyn answers this" in page(client_in, "/knowledge?question=where+can+I+park")
    done = AuditEntry.objects.filter(action__startswith="knowledge").order_by("pk")
    assert list(done.values_list("action", flat=True)) == [
        "knowledge.added",
        "knowledge.changed",
        "knowledge.removed",
    ]


def test_what_is_missing_in_a_form_is_said_at_the_field(client_in: Client, practice: Practice) -> None:
    for address, data, words in (
        ("/knowledge/note", {"title": "", "text": ""}, "Write what Robyn may say."),
        ("/knowledge/website", {"address": "http://192.168.1.1/"}, "own name, such as www.clinic.example"),
        ("/knowledge/website", {"address": ""}, "Paste the address of your website."),
        ("/knowledge/document", {}, "Choose a PDF."),
        ("/knowledge/document", {"file": SimpleUploadedFile("x.pdf", b"hello")}, "This is no PDF."),
    ):
        answer = client_in.post(address, data)
        assert answer.status_code == 422, address
        assert words in answer.content.decode(), address
    assert not Source.objects.exists()


def test_a_website_and_a_document_wait_for_a_worker_and_fail_in_words(client_in: Client, practice: Practice) -> None:
    client_in.post("/knowledge/website", {"address": "www.clinic.example"})
    client_in.post("/knowledge/document", {"file": SimpleUploadedFile("Prices 2026.pdf", pdf("Hello"))})
    jobs = ProcrastinateJob.objects.filter(task_name="knowledge.read_source", args__practice_id=practice.pk)
    assert jobs.count() == 2
    html = page(client_in, "/knowledge")
    assert html.count("Waiting to be read") == 2
    assert "Prices 2026" in html
    site = Source.objects.get(kind="site")
    Source.objects.filter(pk=site.pk).update(state="failed", problem="robots")
    html = page(client_in, f"/knowledge/sources/{site.pk}")
    assert "robots.txt" in html
    assert "press Read again" in html
    client_in.post(f"/knowledge/sources/{site.pk}/read")
    site.refresh_from_db()
    assert site.state == "waiting"


def test_a_file_that_is_too_large_is_not_even_taken(
    client_in: Client, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("routiq.dashboard.uploads.MOST_FILE_BYTES", 1000)
    answer = client_in.post("/knowledge/document", {"file": SimpleUploadedFile("x.pdf", b"%PDF-" + b"x" * 5000)})
    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()
    assert not Source.objects.exists()


def test_a_gap_stands_on_the_dashboard_and_is_answered_in_one_line(
    client_in: Client, practice: Practice, world: World
) -> None:
    assert world.connection.is_active
    gap = gaps.note("Do you have wifi?", conversation_id=1)
    gaps.note("is there wifi?", conversation_id=2)
    assert gap is not None
    assert "Do you have wifi?" in page(client_in, "/")
    html = page(client_in, "/knowledge/gaps")
    assert "Asked 2 times" in html
    assert client_in.post(f"/knowledge/gaps/{gap.pk}/answer", {"text": ""}).status_code == 422
    client_in.post(f"/knowledge/gaps/{gap.pk}/answer", {"text": "Yes, ask at reception."})
    found = find("do you have wifi").answer
    assert found is not None
    assert found.words == "Yes, ask at reception."
    assert (
        "was quicker"
        in client_in.post(f"/knowledge/gaps/{gap.pk}/answer", {"text": "No."}, follow=True).content.decode()
    )
    assert "Do you have wifi?" not in page(client_in, "/")


def test_a_gap_is_left_to_the_team(client_in: Client, practice: Practice) -> None:
    gap = gaps.note("Is Oliver single?")
    assert gap is not None
    client_in.post(f"/knowledge/gaps/{gap.pk}/dismiss")
    assert Gap.objects.get().state == "dismissed"


def test_how_often_the_letter_comes_is_a_setting(client_in: Client, practice: Practice) -> None:
    client_in.post("/knowledge/digest", {"digest": "weekly"})
    assert KnowledgeRules.objects.get().digest == "weekly"
    assert client_in.post("/knowledge/digest", {"digest": "hourly"}).status_code == 422


def test_a_clinical_question_is_told_to_be_one(client_in: Client, practice: Practice) -> None:
    assert "never answers those" in page(client_in, "/knowledge?question=should+I+ice+my+ankle")
    assert "does not have it" in page(client_in, "/knowledge?question=how+much+is+laser")


def test_readiness_turns_green_when_it_is_written_down(client_in: Client, practice: Practice) -> None:
    def light(key: str) -> str:
        return next(card.light for card in readiness.cards() if card.topic.key == key)

    assert light("parking") == light("services") == "red"
    html = page(client_in, "/knowledge/note?topic=parking")
    assert 'value="Parking and access"' in html
    client_in.post("/knowledge/note", {"title": "Parking", "text": "It is free in the lane.", "topic": "parking"})
    assert light("parking") == "green"
    sources.add_note("Our fees", "Fees depend on the length of the appointment.", SYSTEM)
    assert light("services") == "amber", "there is no price in it"
    sources.add_note("Fees for consultations", "An initial consultation is $120.", SYSTEM)
    assert light("services") == "green"
    assert "An initial consultation is $120." in page(client_in, "/knowledge/readiness")


def test_what_the_practice_system_holds_counts(client_in: Client, practice: Practice, world: World) -> None:
    before = {card.topic.key: card.light for card in readiness.cards()}
    assert before["locations"] == before["practitioners"] == "red"
    world.location(name="Harbour Street", address="1 Harbour Street, Sydney")
    world.practitioner()
    world.first_sync()
    cards = {card.topic.key: card for card in readiness.cards()}
    assert (cards["locations"].light, cards["locations"].source) == ("green", "Practice system")
    assert "1 Harbour Street" in cards["locations"].preview
    assert cards["practitioners"].light == "green"
    found = find("where are you located?").answer
    assert found is not None
    assert found.words == "We are at 1 Harbour Street, Sydney."


@pytest.mark.parametrize("role", ["reception", "practitioner", "read_only"])
def test_who_may_not_change_it_may_read_it(client_in: Client, practice: Practice, owner: Person, role: str) -> None:
    note = sources.add_note("Parking", "Parking is free.", SYSTEM)
    Membership.objects.filter(person=owner).update(role=role)
    html = page(client_in, f"/knowledge/sources/{note.pk}")
    assert "Parking is free." in html
    assert "Remove" not in html
    assert client_in.post(f"/knowledge/sources/{note.pk}", {"title": "x", "text": "y"}).status_code == 403
    assert Source.objects.get().text == "Parking is free."
