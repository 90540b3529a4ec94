"""What the pages show of a system with keys for single locations, invoices, a waiting list, and no webhooks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.mirror.models import Patient
from routiq.mirror.writing import write
from routiq.pms import registry
from routiq.pms.records import (
    UNSTAMPED,
    AppointmentRecord,
    AppointmentStatus,
    AttendanceRecord,
    ClassRecord,
    InvoiceRecord,
    PaymentRecord,
    WaitingListRecord,
)
from routiq.practices.models import AuditEntry, Membership
from tests.dashboard.conftest import World

GUIDE = registry.vendor("nookal").guide
ADDRESS = "/settings/integrations/nookal"


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def bill(whose: Patient, number: int = 3001, **fields: object) -> InvoiceRecord:
    return InvoiceRecord(
        **{
            "id": str(number),
            "updated_at": UNSTAMPED,
            "number": f"INV-{number}",
            "patient_id": whose.remote_id,
            "issued_at": datetime(2026, 5, 4, 2, tzinfo=UTC),
            "total": Decimal("1110.00"),
            "paid": Decimal("30.50"),
            "outstanding": Decimal("1079.50"),
            "payments": (
                PaymentRecord(id="1", paid_on=date(2026, 5, 5), amount=Decimal("30.50"), method="EFTPOS"),
                PaymentRecord(id="2", paid_on=date(2026, 5, 6), amount=Decimal("77.70"), void=True),
            ),
            **fields,
        }
    )


@pytest.mark.parametrize("address", ["/setup/connect/nookal", ADDRESS])
def test_connecting_asks_for_a_key_alone_and_comes_with_all_guidance(client_in: Client, address: str) -> None:
    html = page(client_in, address)
    for text in (
        *GUIDE.prerequisites,
        *(step.title for step in GUIDE.key_steps),
        *(line for step in GUIDE.key_steps for line in step.lines),
        *(step.title for step in GUIDE.online_booking_steps),
        *GUIDE.permissions,
        "Connect and Sync",
        *("Under 500 patients", "1–2 minutes", "500–2,000 patients", "5–10 minutes"),
        *("2,000–5,000 patients", "10–20 minutes", "Over 5,000 patients", "20–30 minutes"),
    ):
        assert text in html
    assert 'name="key"' in html
    assert 'name="region"' not in html


def test_setup_leads_to_each_system_and_then_to_the_one_that_was_chosen(client_in: Client, second: World) -> None:
    html = page(client_in, "/setup")
    for vendor in registry.vendors():
        assert f'href="/setup/connect/{vendor.name}">Connect {vendor.label}</a>' in html
    assert second.connection
    html = page(client_in, "/setup")
    assert "Connect Nookal" in html
    assert "Connect Cliniko" not in html


def test_its_page_shows_the_scope_and_no_webhooks(client_in: Client, second: World) -> None:
    second.location("Harbour Street")
    html = page(client_in, ADDRESS)
    assert "Locations in scope" in html
    assert "Harbour Street" in html
    for text in (*GUIDE.scope_help, *GUIDE.patient_help, *GUIDE.key_help):
        assert text in html
    assert "within about a minute in business hours" in html
    assert "ebhook" not in html
    assert 'href="/patients?status=deceased"' in html
    assert "Event log" in html
    assert client_in.get(f"{ADDRESS}/webhook-logs").status_code == 404
    assert "within seconds" not in page(client_in, "/")
    log = page(client_in, f"{ADDRESS}/event-log")
    assert "within seconds" not in log
    assert "Re-register" not in log
    assert 'value="webhook"' not in log
    assert "Polled" in log or 'value="poll"' in log


def test_rotating_its_key_says_to_disable_the_old_one(client_in: Client, second: World) -> None:
    assert second.connection
    html = page(client_in, f"{ADDRESS}/key")
    for text in GUIDE.rotate_steps:
        assert text in html
    assert "ebhook" not in html


def test_leaving_it_speaks_of_this_integration_alone(client_in: Client, second: World) -> None:
    assert second.connection
    html = page(client_in, f"{ADDRESS}/disconnect")
    assert "for this integration" in html
    assert "ebhook" not in html


def test_a_second_system_is_refused_with_the_way_out(client_in: Client, second: World) -> None:
    assert second.connection
    html = page(client_in, "/settings/integrations/cliniko")
    assert "one system at a time" in html
    assert "Nookal has to be disconnected first" in html
    assert 'name="key"' not in html
    assert "Another system is connected." in page(client_in, "/settings/integrations")


def test_the_deceased_are_hidden_and_a_filter_finds_them(client_in: Client, second: World) -> None:
    second.patient("Amelia", "Nguyen")
    second.patient("Late", "Deceased", status=Patient.Status.DECEASED)
    second.patient("Old", "Archived", status=Patient.Status.INACTIVE)
    active, gone = page(client_in, "/patients"), page(client_in, "/patients?status=deceased")
    assert "Nguyen, Amelia" in active
    assert "Deceased, Late" not in active
    assert "Deceased, Late" in gone
    assert "Archived, Old" not in gone
    assert "Nguyen, Amelia" not in gone
    nobody = page(client_in, "/patients?q=zzzz")
    for text in GUIDE.patient_help:
        assert text in nobody


def test_the_first_system_has_no_filter_for_the_deceased(client_in: Client, world: World) -> None:
    world.patient("Amelia", "Nguyen")
    html = page(client_in, "/patients?status=deceased")
    assert '<option value="deceased"' not in html
    assert "Nguyen, Amelia" in html


def test_invoices_and_payments_stand_on_the_patients_page(client_in: Client, second: World) -> None:
    amelia = second.patient("Amelia", "Nguyen")
    other = second.patient("Bo", "Larsen")
    bills = [
        bill(amelia),
        bill(amelia, 3002, third_party=True),
        bill(amelia, 3003, void=True),
        bill(other, 3009),
    ]
    write(second.connection, bills, timezone.now())
    html = page(client_in, f"/patients/{amelia.pk}")
    for text in ("Invoices and payments", "INV-3001", "$1,110.00", "$1,079.50", "EFTPOS", "Third party", "Void"):
        assert text in html
    assert "<strong>$1,079.50</strong> to be paid by the patient" in html
    assert "INV-3009" not in html
    assert "$77.70" not in html, "a void payment was never received"
    assert "No invoices." in page(client_in, f"/patients/{second.patient('Cy', 'Otis').pk}")


def test_who_may_not_see_money_sees_none(client_in: Client, second: World) -> None:
    amelia = second.patient("Amelia", "Nguyen")
    write(second.connection, [bill(amelia)], timezone.now())
    Membership.objects.update(role="practitioner")
    html = page(client_in, f"/patients/{amelia.pk}")
    assert "INV-3001" not in html
    assert "Invoices" not in html


def test_the_first_system_shows_no_invoices(client_in: Client, world: World) -> None:
    assert "Invoices" not in page(client_in, f"/patients/{world.patient().pk}")


def test_visits_bear_the_systems_own_words(client_in: Client, second: World) -> None:
    amelia = second.patient("Amelia", "Nguyen")
    now = timezone.now()

    def visit(number: int, days: int, **fields: object) -> AppointmentRecord:
        starts_at = now + timedelta(days=days)
        return AppointmentRecord(
            **{
                "id": f"{number}",
                "updated_at": now,
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=30),
                "patient_id": amelia.remote_id,
                "practitioner_id": "",
                "location_id": "",
                "appointment_type_id": "",
                "invoiced": False,
                **fields,
            }
        )

    write(
        second.connection,
        [
            visit(1, -4, completed=True, invoiced=True),
            visit(2, -3, status=AppointmentStatus.DNA),
            visit(3, -2, status=AppointmentStatus.CANCELLED),
            visit(4, 2),
        ],
        now,
    )
    html = page(client_in, f"/patients/{amelia.pk}")
    for word in ("Completed", "Did not arrive", "Cancelled", "Uninvoiced"):
        assert html.count(word) == 1, word
    assert "Confirmed" not in html


def test_the_practice_page_has_the_waiting_list_and_the_classes(client_in: Client, second: World) -> None:
    amelia, weber = second.patient("Amelia", "Nguyen"), second.practitioner("Jonas Weber")
    pilates = second.appointment_type("Clinical Pilates", max_attendees=0)
    place = second.location("Harbour Street")
    now = timezone.now()
    write(
        second.connection,
        [
            WaitingListRecord(
                id="41",
                updated_at=now,
                patient_id=amelia.remote_id,
                location_id=place.remote_id,
                appointment_type_id=pilates.remote_id,
                practitioner_ids=(weber.remote_id,),
                priority="High",
                days="Mon, Thu",
                times="mornings",
            ),
            WaitingListRecord(id="42", updated_at=now, patient_id=amelia.remote_id, days="Sun", active=False),
        ],
        now,
    )
    session = ClassRecord(
        id="7",
        updated_at=now,
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=1),
        practitioner_id=weber.remote_id,
        location_id=place.remote_id,
        appointment_type_id=pilates.remote_id,
        max_attendees=0,
    )
    write(second.connection, [session], now)
    seats = [
        AttendanceRecord(id="7-1", updated_at=now, class_id="7", patient_id=amelia.remote_id),
        AttendanceRecord(id="7-2", updated_at=now, class_id="7", patient_id="9", status=AppointmentStatus.CANCELLED),
    ]
    write(second.connection, seats, now)
    html = page(client_in, "/practice")
    waiting = html[html.index("Waiting list") : html.index("What Routiq keeps")]
    for text in ("Amelia Nguyen", "Clinical Pilates", "Jonas Weber", "Mon, Thu", "mornings", "High"):
        assert text in waiting
    assert "Sun" not in waiting
    classes = html[html.index("Classes to come") : html.index("Waiting list")]
    assert "Clinical Pilates" in classes
    assert " ".join(classes.split()).count('class="number"> 1 </td>') == 1
    assert '<span class="badge">Class</span>' in html
    assert "Online-booking rules" not in html
    assert "Treatment notes are read only where you allow it" in html
    for text in GUIDE.scope_help:
        assert text in html


def test_nothing_is_switched_off_only_because_no_rules_are_told(client_in: Client, second: World) -> None:
    second.location()
    second.practitioner()
    second.appointment_type()
    second.first_sync("done")
    html = page(client_in, "/setup")
    checked = html[html.index("Check online bookings") : html.index("Go live")]
    assert "Done" in checked


def test_treatment_notes_are_off_until_an_owner_allows_them(client_in: Client, second: World) -> None:
    assert second.connection
    assert "Treatment notes are <strong>not read</strong>" in page(client_in, ADDRESS)
    client_in.post(f"{ADDRESS}/treatment-notes", {"read": "on"})
    assert Connection.objects.get().reads_treatment_notes
    assert "read when somebody asks for them" in page(client_in, ADDRESS)
    client_in.post(f"{ADDRESS}/treatment-notes", {"read": "off"})
    assert not Connection.objects.get().reads_treatment_notes
    actions = AuditEntry.objects.filter(action__startswith="treatment_notes.").order_by("pk")
    assert [entry.action for entry in actions] == ["treatment_notes.allowed", "treatment_notes.stopped"]


def test_a_system_without_such_notes_has_no_switch_for_them(client_in: Client, world: World) -> None:
    assert world.connection
    assert "reatment notes" not in page(client_in, "/settings/integrations/cliniko").replace("clinical notes", "")
    answer = client_in.post("/settings/integrations/cliniko/treatment-notes", {"read": "on"})
    assert answer.status_code == 404
    assert not Connection.objects.get().reads_treatment_notes
