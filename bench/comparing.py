"""A process of its own: is the mirror what the sandbox's world is, field by field? Prints differences and counts."""

from __future__ import annotations

import argparse
import json

import django


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--practice", type=int, required=True)
    parser.add_argument("--sandbox", required=True)
    arguments = parser.parse_args()
    django.setup()
    from pms_sandbox.testing import RunningSandbox
    from routiq.connections.connecting import live_connection
    from routiq.mirror import models
    from routiq.practices.tenancy import acting_for
    from tests.worlds import differences

    tables = {
        "patients": models.Patient,
        "individual_appointments": models.Appointment,
        "group_appointments": models.ClassSession,
        "attendees": models.Attendance,
        "unavailable_blocks": models.UnavailableBlock,
        "practitioners": models.Practitioner,
        "businesses": models.Location,
        "appointment_types": models.AppointmentType,
        "offerings": models.Offering,
        "daily_availabilities": models.RosterDay,
        "phones": models.PatientPhone,
    }
    with acting_for(arguments.practice):
        connection = live_connection()
        assert connection is not None, "the practice is connected"
        found = differences(connection, RunningSandbox(arguments.sandbox))
        counts = {name: model._default_manager.count() for name, model in tables.items()}
    print(json.dumps({"differences": len(found), "first": found[:5], "counts": counts}))


if __name__ == "__main__":
    main()
