"""Settings > Account & Logins: creating users, their letter, their role, and taking them out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from routiq.dashboard.who import names_of
from routiq.mirror.models import AssignedLogin
from routiq.practices import passwords, postbox
from routiq.practices.models import AuditEntry, Letter, Membership, Person, Practice
from routiq.practices.people import create_practice
from routiq.practices.tenancy import acting_for
from tests.dashboard.conftest import World

PASSWORD = "harbour ferry seven"


def create(client: Client, role: str = "reception", name: str = "Rosa Silva", email: str = "") -> Membership:
    address = email or f"{name.split()[0].lower()}@clinic.example"
    answer = client.post("/settings/logins", {"name": name, "email": address, "role": role})
    assert answer.status_code == 302, answer.content.decode()
    return Membership.objects.select_related("person").get(person__email=address)


def letter_to(membership: Membership) -> str:
    """The text of the last letter to them, as a mail server got it."""
    letter = Letter.objects.filter(recipient=membership).latest("pk")
    assert postbox.send(letter.pk)
    sent = mail.outbox[-1]
    assert sent.to == [membership.person.email]
    return str(sent.body)


def link_in(text: str) -> str:
    found = re.search(r"http://127.0.0.1:8000(/join/\S+)", text)
    assert found is not None, text
    return found[1]


def actions() -> list[str]:
    return list(
        AuditEntry.objects.filter(action__startswith="login.").order_by("pk").values_list("action", flat=True)
    )


def test_whoever_is_invited_sets_a_password_and_is_in(client_in: Client, practice: Practice) -> None:
    added = create(client_in)
    text = letter_to(added)
    assert "Olive Owner has given you a login to Routiq at Harbour Street Physiotherapy, as Reception." in text
    link = link_in(text)
    visitor = Client()
    page = visitor.get(link).content.decode()
    assert "rosa@clinic.example" in page
    assert visitor.post(link, {"password": "short"}).status_code == 422
    assert visitor.post(link, {"password": PASSWORD})["Location"] == "/"
    assert "Rosa Silva" in visitor.get("/").content.decode()
    assert visitor.get("/settings/tokens").status_code == 403
    assert actions() == ["login.created", "login.password_set"]
    assert Client().post("/login", {"email": "rosa@clinic.example", "password": PASSWORD}).status_code == 302


def test_a_link_works_once(client_in: Client) -> None:
    link = link_in(letter_to(create(client_in)))
    Client().post(link, {"password": PASSWORD})
    for answer in (Client().get(link), Client().post(link, {"password": "another long one"})):
        assert answer.status_code == 410
        assert "no longer works" in answer.content.decode()
    assert Person.objects.get(email="rosa@clinic.example").check_password(PASSWORD)


def test_a_link_is_old_after_a_week(client_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_in(letter_to(create(client_in)))
    monkeypatch.setattr(passwords, "LINK_LASTS", timedelta(seconds=-1))
    assert Client().get(link).status_code == 410


def test_a_link_that_was_tampered_with_opens_nothing(client_in: Client) -> None:
    link = link_in(letter_to(create(client_in)))
    assert Client().get(f"{link}x").status_code == 410
    assert Client().get("/join/anything").status_code == 410


def test_no_link_is_stored_anywhere(client_in: Client) -> None:
    added = create(client_in)
    token = link_in(letter_to(added)).rpartition("/")[2]
    stored = [*Letter.objects.values_list("text", flat=True), *map(str, AuditEntry.objects.values_list("detail"))]
    assert not [text for text in stored if token[:20] in text or "/join/" in text]


def test_a_new_link_after_a_forgotten_password(client_in: Client) -> None:
    added = create(client_in)
    Client().post(link_in(letter_to(added)), {"password": PASSWORD})
    client_in.post(f"/settings/logins/{added.pk}/link")
    text = letter_to(added)
    assert "Your old one works until then" in text
    assert Client().post(link_in(text), {"password": "another long one"}).status_code == 302
    assert Client().post("/login", {"email": added.person.email, "password": PASSWORD}).status_code == 200


def test_somebody_from_another_practice_logs_in_as_ever(client_in: Client, other_practice: Practice) -> None:
    with acting_for(other_practice.pk):
        elsewhere = Membership.objects.select_related("person").get().person
    added = create(client_in, role="admin", name="Anything Else", email=elsewhere.email)
    text = letter_to(added)
    assert "your usual password" in text
    assert "/join/" not in text
    elsewhere.refresh_from_db()
    assert elsewhere.name == "Olive Owner", "what somebody is called is theirs to say"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "not an address"}, "such as name@clinic.example"),
        ({"name": ""}, "Enter the full name"),
        ({"role": "emperor"}, "Choose one of the roles"),
        ({"email": "owner1@clinic.example"}, "has a login here already"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(client_in: Client, values: dict[str, str], words: str) -> None:
    sent = {"name": "Rosa Silva", "email": "rosa@clinic.example", "role": "reception", **values}
    sent["email"] = sent["email"].replace("owner1@clinic.example", Person.objects.get().email)
    answer = client_in.post("/settings/logins", sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Membership.objects.count() == 1


def test_the_last_owner_stays(client_in: Client, owner: Person) -> None:
    own = Membership.objects.get(person=owner)
    answer = client_in.post(f"/settings/logins/{own.pk}/remove", follow=True)
    assert "This is the last owner" in answer.content.decode()
    answer = client_in.post(f"/settings/logins/{own.pk}", {"role": "reception", "patients": "all"})
    assert answer.status_code == 422
    assert "This is the last owner" in answer.content.decode()
    own.refresh_from_db()
    assert own.role == "owner"
    second = create(client_in, role="owner", name="Otto Ownson")
    client_in.post(f"/settings/logins/{own.pk}/remove")
    assert list(Membership.objects.all()) == [second]


@pytest.fixture
def as_admin(client_in: Client, owner: Person) -> Client:
    """The session of an admin; somebody else is the owner."""
    create(client_in, role="owner", name="Otto Ownson")
    Membership.objects.filter(person=owner).update(role="admin")
    return client_in


def test_an_admin_makes_no_owners_and_changes_none(as_admin: Client) -> None:
    page = as_admin.get("/settings/logins").content.decode()
    assert 'value="admin"' in page
    assert 'value="owner"' not in page
    sent = {"name": "Rosa Silva", "email": "rosa@clinic.example", "role": "owner"}
    assert as_admin.post("/settings/logins", sent).status_code == 422
    owning = Membership.objects.get(role="owner")
    for address, values in (("", {"role": "reception"}), ("/remove", {}), ("/link", {})):
        as_admin.post(f"/settings/logins/{owning.pk}{address}", values)
        owning.refresh_from_db()
        assert owning.role == "owner"
    assert Letter.objects.filter(recipient=owning).count() == 1
    rosa = create(as_admin)
    assert as_admin.post(f"/settings/logins/{rosa.pk}", {"role": "owner"}).status_code == 422


def test_a_removed_login_is_out_at_the_next_click(client_in: Client) -> None:
    added = create(client_in)
    visitor = Client()
    visitor.post(link_in(letter_to(added)), {"password": PASSWORD})
    client_in.post(f"/settings/logins/{added.pk}/remove")
    assert visitor.get("/patients")["Location"].startswith("/login")
    assert actions()[-1] == "login.removed"
    client_in.get("/settings/logins")
    assert "rosa@clinic.example" not in client_in.get("/settings/logins").content.decode(), "not even in a message"


def test_a_link_ends_with_the_login(client_in: Client) -> None:
    added = create(client_in)
    link = link_in(letter_to(added))
    client_in.post(f"/settings/logins/{added.pk}/remove")
    assert Client().get(link).status_code == 410


def test_a_changed_role_holds_from_the_next_click(client_in: Client) -> None:
    added = create(client_in)
    visitor = Client()
    visitor.post(link_in(letter_to(added)), {"password": PASSWORD})
    assert visitor.get("/test-robyn").status_code == 200
    client_in.post(f"/settings/logins/{added.pk}", {"role": "read_only", "patients": "all"})
    assert visitor.get("/test-robyn").status_code == 403
    entry = AuditEntry.objects.get(action="login.role_changed")
    assert (entry.detail["before"], entry.detail["after"]) == ("reception", "read_only")


@pytest.mark.parametrize("name", ["Jonas Weber", "Dr. Jonas Wéber", "WEBER, Jonas"])
def test_a_practitioner_is_matched_by_name_under_every_name(client_in: Client, world: World, name: str) -> None:
    world.practitioner("Jonas Weber")
    world.practitioner("Dr Jonas Weber")
    world.practitioner("Mei Tanaka")
    added = create(client_in, role="practitioner", name=name, email="jonas@clinic.example")
    assert not added.all_patients
    assert AssignedLogin.objects.filter(membership=added).count() == 2
    html = client_in.get("/settings/logins").content.decode()
    assert "Own: Dr Jonas Weber, Jonas Weber" in html


def test_who_is_not_found_by_name_is_assigned_by_hand(client_in: Client, world: World) -> None:
    jonas = world.practitioner("J. Weber")
    answer = client_in.post(
        "/settings/logins", {"name": "Jonas Weber", "email": "j@clinic.example", "role": "practitioner"}, follow=True
    )
    added = Membership.objects.get(person__email="j@clinic.example")
    assert answer.redirect_chain[-1][0] == f"/settings/logins/{added.pk}"
    assert "No practitioner is called so" in answer.content.decode()
    sent: dict[str, Any] = {"role": "practitioner", "patients": "own", "practitioner": [jonas.pk]}
    client_in.post(f"/settings/logins/{added.pk}", sent)
    assert [row.practitioner_remote_id for row in AssignedLogin.objects.all()] == [jonas.remote_id]
    assert actions()[-1] == "login.assigned"
    client_in.post(f"/practice/practitioners/{jonas.pk}/login", {})
    assert not AssignedLogin.objects.exists()
    client_in.post(f"/practice/practitioners/{jonas.pk}/login", {"login": [added.pk]})
    assert AssignedLogin.objects.get().membership_id == added.pk
    assert f'value="{added.pk}"' in client_in.get(f"/practice/practitioners/{jonas.pk}/login").content.decode()


def test_a_role_without_practitioners_lets_go_of_them(client_in: Client, world: World) -> None:
    jonas = world.practitioner("Jonas Weber")
    added = create(client_in, role="practitioner", name="Jonas Weber")
    client_in.post(f"/settings/logins/{added.pk}", {"role": "admin", "practitioner": [jonas.pk]})
    assert not AssignedLogin.objects.exists()
    added.refresh_from_db()
    assert added.all_patients


def test_create_admin_makes_an_owner(practice: Practice, owner: Person) -> None:
    second = create_practice("Bondi Branch", owner=owner)
    with acting_for(second.pk):
        assert Membership.objects.get().role == "owner"


def test_letters_to_owners_go_to_no_others(client_in: Client, owner: Person) -> None:
    create(client_in, role="admin")
    assert postbox.owners_addresses() == [owner.email]


def test_what_somebody_did_keeps_their_name_after_they_left(client_in: Client, practice: Practice) -> None:
    """And nobody who never belonged to the practice is named by it."""
    rosa = create(client_in)
    stranger = Person.objects.create_person("sam@elsewhere.example", PASSWORD, name="Sam Elsewhere")
    assert names_of([f"person:{rosa.person_id}"]) == {f"person:{rosa.person_id}": "Rosa Silva"}
    client_in.post(f"/settings/logins/{rosa.pk}/remove")
    assert not Membership.objects.filter(pk=rosa.pk).exists()
    told = names_of([f"person:{rosa.person_id}", f"person:{stranger.pk}"])
    assert told == {
        f"person:{rosa.person_id}": "Rosa Silva (has left)",
        f"person:{stranger.pk}": "Somebody who has left",
    }


def test_of_somebody_who_left_without_a_name_no_address_is_shown(client_in: Client, practice: Practice) -> None:
    rosa = create(client_in)
    Person.objects.filter(pk=rosa.person_id).update(name="")
    client_in.post(f"/settings/logins/{rosa.pk}/remove")
    assert names_of([f"person:{rosa.person_id}"]) == {f"person:{rosa.person_id}": "Somebody who has left"}
