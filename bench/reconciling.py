"""A process of its own: one thorough look, or one reconciliation, carried at once; prints what it wrote."""

from __future__ import annotations

import argparse
import json
import time

import django


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--practice", type=int, required=True)
    parser.add_argument("--look", action="store_true")
    arguments = parser.parse_args()
    django.setup()
    from routiq.connections.connecting import live_connection
    from routiq.mirror.models import Appointment
    from routiq.practices.tenancy import acting_for
    from routiq.sync import engine
    from routiq.sync.looking import look
    from routiq.sync.models import SyncRun
    from routiq.sync.start import request_run

    began = time.monotonic()
    with acting_for(arguments.practice):
        connection = live_connection()
        if connection is None:
            raise SystemExit("not connected")
        if arguments.look:
            look(connection, thorough=True)
            return
        run = request_run(connection, SyncRun.Kind.RECONCILIATION)
        ended = engine.carry(run.pk)
        if ended is not engine.Ended.DONE:
            raise SystemExit(f"the reconciliation ended {ended}")
        print(
            json.dumps(
                {
                    "written": sum(part.written for part in run.parts.all()),
                    "seconds": time.monotonic() - began,
                    "appointments": Appointment.objects.count(),
                }
            )
        )


if __name__ == "__main__":
    main()
