"""The methods: name, error code, what is required and who answers. Codes from Z001 on are ours (spec 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pms_sandbox.nookal import appointments, patients, reference
from pms_sandbox.nookal.call import Call, Payload


@dataclass(frozen=True)
class Method:
    """``required`` are reported missing one at a time in this order; ``keyless`` is the code without a key.

    ``texts`` are the parameters that a wrong charset spoils. ``api_call`` is what the answer echoes.
    """

    name: str
    handle: Callable[[Call], Payload]
    code: str
    message: str
    required: tuple[str, ...] = ()
    writes: bool = False
    texts: tuple[str, ...] = ()
    keyless: str | None = None
    api_call: str | None = None


def _read(name: str, handle: Callable[[Call], Payload], code: str, what: str, *required: str) -> Method:
    return Method(name, handle, code, f"Unable to retrieve {what}", required)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("verify", reference.verify, "L000", "Unable to verify", keyless="L000_1"),
        _read("version", reference.version, "L001", "version"),
        _read("getLocations", reference.locations, "L003", "locations"),
        _read("getPractitioners", reference.practitioners, "L004", "practitioners"),
        _read("getAppointmentTypes", reference.appointment_types, "Z001", "appointment types"),
        _read("getPatients", patients.listing, "L005", "patients"),
        _read("getAppointments", appointments.listing, "L006", "appointments"),
    )
}
