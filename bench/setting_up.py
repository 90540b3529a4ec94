"""A process of its own: a practice, its owner and its connection, as a person would make them on the pages."""

from __future__ import annotations

import argparse
import json

import django


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", required=True)
    parser.add_argument("--vendor", default="cliniko")
    asked = parser.parse_args()
    django.setup()
    from routiq.practices import audit
    from routiq.practices.models import Person, Practice
    from routiq.practices.people import create_practice, set_status
    from routiq.practices.tenancy import acting_for
    from routiq.sync.start import connect_and_sync

    owner = Person.objects.create_person("owner@bench.example", "measured twice over", name="Olive Owner")
    practice = create_practice("Harbour Street Physiotherapy", owner=owner)
    with acting_for(practice.pk):
        set_status(practice, Practice.Status.LIVE, audit.SYSTEM)
    connection = connect_and_sync(
        practice_id=practice.pk, vendor=asked.vendor, region="", key=asked.key, actor=audit.SYSTEM
    )
    print(json.dumps({"practice": practice.pk, "connection": connection.pk}))


if __name__ == "__main__":
    main()
