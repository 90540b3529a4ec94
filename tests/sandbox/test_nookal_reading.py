"""What Nookal's lists look like: locations, practitioners, services, patients, appointments (spec 4)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.sandbox.callers import NookalApi


def test_locations(nookal, sandbox):
    rows = nookal.rows("getLocations", "locations")
    assert [row["ID"] for row in rows] == sorted(row["id"] for row in sandbox.world("businesses")["businesses"])
    assert rows[0] == {
        "ID": rows[0]["ID"],
        "Name": "Harbour Street Physiotherapy - City",
        "AddressLine1": "1 Harbour St",
        "AddressLine2": "",
        "AddressLine3": None,
        "City": "Port Demo",
        "State": "NSW",
        "Country": "Australia",
        "Postcode": "2113",
        "Timezone": "Australia/Sydney",
        "Telephone": "(02) 5550 0100",
        "Email": "desk@example.com",
        "Website": None,
        "lockNewPatientsToLocation": "0",
    }


def test_a_key_shows_the_ticked_locations_only(sandbox, nookal):
    one = NookalApi(sandbox, "nookal-one")
    (place,) = [row["ID"] for row in one.rows("getLocations", "locations")]
    everybody = nookal.rows("getPractitioners", "practitioners")
    staff = one.rows("getPractitioners", "practitioners")
    assert {row["ID"] for row in staff} <= {row["ID"] for row in everybody}
    assert all(row["locations"] == [place] for row in staff)
    assert {row["locationID"] for row in one.rows("getAppointments", "appointments")} == {place}
    services = one.rows("getAppointmentTypes", "services")
    assert {tuple(row["Locations"]) for row in services if row["active"] == "1"} == {(0, place)}
    few, many = one.rows("getPatients", "patients"), nookal.rows("getPatients", "patients")
    assert 0 < len(few) <= len(many)
    booked = {row["patientID"] for row in one.rows("getAppointments", "appointments")}
    assert booked <= {row["ID"] for row in few}
    sandbox.control(
        "POST", "keys/nookal-one", {"locations": [row["ID"] for row in nookal.rows("getLocations", "locations")]}
    )
    assert len(one.rows("getPatients", "patients")) == len(many)


def test_practitioners(nookal):
    rows = nookal.rows("getPractitioners", "practitioners")
    assert {row["status"] for row in rows} == {"1"}
    assert set(rows[0]) == {
        *("ID", "FirstName", "LastName", "Title", "Speciality", "Email", "locations", "ShowInDiary", "status")
    }
    assert all(isinstance(place, str) for row in rows for place in row["locations"])
    more = nookal.rows("getPractitioners", "practitioners", include_inactive_practitioners="1")
    assert [row["LastName"] for row in more if row["status"] == "0"] == ["Fitzgerald"]


def test_services_are_text_but_for_a_placeholder(nookal):
    rows = {row["Name"]: row for row in nookal.rows("getAppointmentTypes", "services")}
    standard = rows["Standard consultation"]
    assert standard["Duration"] == "30"
    assert standard["Price"] == "95.00"
    assert standard["Locations"][0] == 0
    assert all(isinstance(place, str) for place in standard["Locations"][1:])
    assert standard["active"] == "1"
    assert rows["Dry needling (old)"]["active"] == "0"
    assert "Clinical Pilates class" not in rows


def test_patients(nookal, sandbox, clinic):
    rows = {row["ID"]: row for row in nookal.rows("getPatients", "patients")}
    assert set(rows) == {row["id"] for row in sandbox.world("patients")["patients"]}
    regular = rows[clinic.patient]
    assert regular["FirstName"] == "Margaret"
    assert regular["Nickname"] == "Maggie"
    assert regular["DOB"] == "1961-03-14"
    assert regular["Mobile"] == "0491 570 006"
    assert regular["active"] == "1"
    assert regular["deceased"] == "0"
    assert len(regular["onlineQuickCode"]) == 6
    datetime.strptime(regular["DateModified"], "%Y-%m-%d %H:%M:%S")
    landline = rows[clinic.characters["no_mobile"]["patient_ids"][0]]
    assert (landline["Mobile"], landline["Home"]) == ("", "(02) 5550 0199")
    assert rows[clinic.characters["archived"]["patient_ids"][0]]["active"] == "0"
    assert rows[clinic.characters["accented"]["patient_ids"][0]]["LastName"] == "O'Brien-Núñez"


def test_an_edit_shows_in_last_modified(nookal, sandbox, clinic):
    sandbox.clock(now="2026-05-04T01:00:00Z")
    since = "2026-05-04 01:00:00"
    assert nookal.rows("getPatients", "patients", last_modified=since) == []
    sandbox.control("PATCH", f"patients/{clinic.patient}", {"last_name": "Okafor-Lee"})
    (changed,) = nookal.rows("getPatients", "patients", last_modified=since)
    assert changed["LastName"] == "Okafor-Lee"
    assert changed["DateModified"] >= since
    assert nookal.rows("getPatients", "patients", last_modified=changed["DateModified"]) == [changed]
    assert changed in nookal.rows("getPatients", "patients", last_modified="2026-05-04")
    assert len(nookal.rows("getPatients", "patients", last_modified="yesterday")) > 50


def test_appointments_have_local_and_utc_times(nookal, sandbox, clinic):
    rows = nookal.rows("getAppointments", "appointments", patient_id=clinic.patient)
    held = {row["id"]: row for row in sandbox.world("individual_appointments")["individual_appointments"]}
    consultations = [row for row in rows if row["appointmentType"] == "Consultation"]
    assert len(consultations) >= 8
    for row in consultations:
        start = datetime.fromisoformat(held[row["ID"]]["starts_at"])
        wall = start.astimezone(ZoneInfo("Australia/Sydney"))
        assert row["TimeZone"] == "Australia/Sydney"
        assert row["appointmentDate"] == wall.date().isoformat()
        assert row["appointmentStartTime"] == wall.strftime("%H:%M:%S")
        assert row["appointmentStartDateTimeUTC"] == start.strftime("%Y-%m-%d %H:%M:%S")
    assert nookal.call("getAppointments", patient_id=clinic.patient)["data"]["api_call"] == "getPatientAppointments"


def test_states_and_flags(nookal):
    rows = nookal.rows("getAppointments", "appointments")
    flags = {(row["status"], row["cancelled"], row["DNA"], row["arrived"]) for row in rows}
    assert flags >= {
        ("Pending", "0", "0", None),
        ("Completed", "0", "0", "1"),
        ("Cancelled", "1", "0", None),
        ("DNA", "0", "1", "0"),
    }
    assert all(bool(row["cancellationDate"]) == (row["cancelled"] == "1") for row in rows)
    for status in ("Cancelled", "DNA", "Completed"):
        found = nookal.rows("getAppointments", "appointments", appt_status=status)
        assert found == [row for row in rows if row["status"] == status]
    both = nookal.rows("getAppointments", "appointments", appt_status="Cancelled,DNA")
    assert {row["status"] for row in both} == {"Cancelled", "DNA"}
    loose = nookal.rows("getAppointments", "appointments", appt_status="Uninvoiced")
    assert loose
    assert {row["invoiceGenerated"] for row in loose} == {"0"}


def test_days_are_inclusive_and_times_too(nookal):
    rows = nookal.rows("getAppointments", "appointments")
    days = sorted({row["appointmentDate"] for row in rows})
    first, last = days[50], days[60]
    found = nookal.rows("getAppointments", "appointments", date_from=first, date_to=last)
    assert found == [row for row in rows if first <= row["appointmentDate"] <= last]
    early = nookal.rows("getAppointments", "appointments", time_from="09:00:00", time_to="10:00:00")
    assert early == [row for row in rows if "09:00:00" <= row["appointmentStartTime"] <= "10:00:00"]


def test_filters_by_who_and_where(nookal):
    rows = nookal.rows("getAppointments", "appointments")
    for param, key in (
        ("practitioner_id", "practitionerID"),
        ("location_id", "locationID"),
        ("service_id", "appointmentTypeID"),
    ):
        wanted = rows[0][key]
        found = nookal.rows("getAppointments", "appointments", **{param: wanted})
        assert found == [row for row in rows if row[key] == wanted]


def test_seats_in_classes_are_rows(nookal, sandbox):
    rows = [row for row in nookal.rows("getAppointments", "appointments") if row["appointmentType"] == "Class"]
    assert rows
    seat = rows[-1]
    attendee = next(row for row in sandbox.world("attendees")["attendees"] if row["id"] == seat["ID"])
    assert attendee["patient"]["links"]["self"].endswith(seat["patientID"])


def test_a_deleted_appointment_is_gone_without_a_trace(nookal, sandbox, clinic):
    before = nookal.rows("getAppointments", "appointments", patient_id=clinic.patient)
    sandbox.control("POST", f"individual_appointments/{before[0]['ID']}/archive")
    sandbox.control("DELETE", f"individual_appointments/{before[1]['ID']}")
    assert nookal.rows("getAppointments", "appointments", patient_id=clinic.patient) == before[2:]
    sandbox.reset()
    assert nookal.rows("getAppointments", "appointments", patient_id=clinic.patient) == before
