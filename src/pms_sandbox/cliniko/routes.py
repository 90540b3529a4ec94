"""Which path and verb leads where. A path the table lacks is 404, as is a known path with another verb."""

from __future__ import annotations

from collections.abc import Callable

from pms_sandbox import edits
from pms_sandbox.cliniko import appointments, attendees, fields, patients, recalls, reference, times, webhooks
from pms_sandbox.cliniko.call import Call
from pms_sandbox.conditions import Condition
from pms_sandbox.http import Answer, empty, refuse

Handler = Callable[[Call], Answer]
Routes = dict[tuple[str, str], Handler]

_ARCHIVABLE = [
    "patients",
    "individual_appointments",
    "group_appointments",
    "attendees",
    "appointment_types",
    "businesses",
    "unavailable_blocks",
    "unavailable_block_types",
    "communications",
    "billable_items",
    "patient_cases",
    "recalls",
]
_HIDDEN = frozenset({"users", "deleted_patients"})
_ARCHIVED = Condition("archived_at", "not_null")
_CANCELLED = Condition("cancelled_at", "not_null")


def _listing(resource: str, *more: Condition, key: str | None = None) -> Handler:
    return lambda call: call.page(resource, *more, key=key)


def _reading(resource: str) -> Handler:
    return lambda call: call.record(resource, call.ids[0])


def _below(parent: str, resource: str, field: str) -> Handler:
    """A list nested under one record."""

    def handler(call: Call) -> Answer:
        if call.ids[0] not in call.world[parent].rows:
            raise refuse(404)
        return call.page(resource, Condition(field, "in", frozenset({call.ids[0]})))

    return handler


def _archiving(resource: str) -> Handler:
    def handler(call: Call) -> Answer:
        row = call.world[resource].rows.get(call.ids[0])
        if row is None or row.get("archived_at"):
            raise refuse(404)
        edits.archive(call.world, resource, row["id"])
        return empty(204)

    return handler


def _unarchiving(resource: str) -> Handler:
    def handler(call: Call) -> Answer:
        if call.ids[0] not in call.world[resource].rows:
            raise refuse(404)
        return call.shown(resource, edits.unarchive(call.world, resource, call.ids[0]))

    return handler


def build_routes(*, with_recalls: bool, with_webhooks: bool) -> Routes:
    """(verb, path with ``*`` for each id) to handler."""
    routes: Routes = {}

    def on(method: str, path: str, handler: Handler) -> None:
        routes[(method, path)] = handler
        if method == "PATCH":
            routes[("PUT", path)] = handler  # older clients send PUT with part of a record (spec 2.1)

    for resource in fields.FILTERS:
        if resource not in _HIDDEN:
            on("GET", resource, _listing(resource))
            on("GET", f"{resource}/*", _reading(resource))
    for resource in _ARCHIVABLE:
        on("POST", f"{resource}/*/archive", _archiving(resource))
        if resource not in ("unavailable_block_types", "communications", "recalls", "patient_cases"):
            on("DELETE", f"{resource}/*", _archiving(resource))
    for resource in ("patients", "businesses"):
        on("POST", f"{resource}/*/unarchive", _unarchiving(resource))

    _legacy(on)
    _nested(on)
    _reference(on)
    _writes(on)
    if with_webhooks:
        on("POST", "webhooks", webhooks.create)
        on("GET", "webhooks", webhooks.index)
        on("DELETE", "webhooks/*", webhooks.delete)
    if not with_recalls:
        routes = {key: handler for key, handler in routes.items() if not key[1].startswith("recall")}
    return routes


def _legacy(on: Callable[[str, str, Handler], None]) -> None:
    """Older lists that still answer; the filters are the modern way (spec 2.5)."""
    on("GET", "patients/archived", _listing("patients", _ARCHIVED))
    on("GET", "patients/deleted", _listing("deleted_patients", key="patients"))
    on("GET", "appointment_types/archived", _listing("appointment_types", _ARCHIVED))
    for resource in [
        "individual_appointments",
        "group_appointments",
        "attendees",
        "unavailable_blocks",
        "invoices",
        "invoice_items",
        "medical_alerts",
    ]:
        on("GET", f"{resource}/deleted", _listing(resource, _ARCHIVED))
    for resource in ("individual_appointments", "attendees"):
        on("GET", f"{resource}/cancelled", _listing(resource, _CANCELLED))


def _nested(on: Callable[[str, str, Handler], None]) -> None:
    for parent in ("individual_appointments", "group_appointments"):
        on("GET", f"{parent}/*/attendees", _below(parent, "attendees", "booking_id"))
        on("GET", f"{parent}/*/conflicts", appointments.conflicts(parent))
    on("GET", "unavailable_blocks/*/conflicts", appointments.conflicts("unavailable_blocks"))
    for parent, field in (("businesses", "business_id"), ("practitioners", "practitioner_id")):
        on("GET", f"{parent}/*/daily_availabilities", _below(parent, "daily_availabilities", field))
    on("GET", "patients/*/invoices", _below("patients", "invoices", "patient_id"))
    on("GET", "patients/*/medical_alerts", _below("patients", "medical_alerts", "patient_id"))
    on("GET", "patients/*/patient_attachments", _below("patients", "patient_attachments", "patient_id"))
    on("GET", "practitioners/*/invoices", _below("practitioners", "invoices", "practitioner_id"))
    on("GET", "appointments/*/invoices", _below("bookings", "invoices", "appointment_id"))
    on("GET", "attendees/*/invoices", _below("attendees", "invoices", "attendee_id"))
    on("GET", "invoices/*/invoice_items", _below("invoices", "invoice_items", "invoice_id"))
    on("GET", "patient_cases/*/attendees", _below("patient_cases", "attendees", "patient_case_id"))
    on("GET", "patient_cases/*/bookings", _below("patient_cases", "bookings", "patient_case_id"))
    open_cases = (Condition("closed_at", "null"),)
    on("GET", "patient_cases/active", _listing("patient_cases", *open_cases))


def _reference(on: Callable[[str, str, Handler], None]) -> None:
    on("GET", "settings", reference.settings)
    on("GET", "settings/public", reference.public_settings)
    on("GET", "user", reference.own_user)
    on("GET", "users", reference.users)
    on("GET", "users/*", reference.user)
    on("GET", "practitioners", reference.practitioners)
    on("GET", "practitioners/inactive", reference.inactive_practitioners)
    on("GET", "practitioners/*/appointment_types", reference.types_of_practitioner)
    for parent, field in (("businesses", "business_ids"), ("appointment_types", "appointment_type_ids")):
        on("GET", f"{parent}/*/practitioners", reference.practitioners_of(parent, field, True))
        on("GET", f"{parent}/*/practitioners/inactive", reference.practitioners_of(parent, field, False))
    on("GET", "services", reference.services)
    on("GET", "businesses/*/services", reference.services_of_business)
    below = "businesses/*/practitioners/*/appointment_types/*"
    on("GET", f"{below}/available_times", times.available_times)
    on("GET", f"{below}/next_available_time", times.next_available_time)


def _writes(on: Callable[[str, str, Handler], None]) -> None:
    on("POST", "patients", patients.create)
    on("PATCH", "patients/*", patients.update)
    on("POST", "individual_appointments", appointments.create_individual)
    on("PATCH", "individual_appointments/*", appointments.update_individual)
    on("PATCH", "individual_appointments/*/cancel", appointments.cancel)
    on("POST", "group_appointments", appointments.create_group)
    on("PATCH", "group_appointments/*", appointments.update_group)
    on("POST", "unavailable_blocks", appointments.create_block)
    on("PATCH", "unavailable_blocks/*", appointments.update_block)
    on("POST", "attendees", attendees.create)
    on("PATCH", "attendees/*", attendees.update)
    on("PATCH", "attendees/*/cancel", attendees.cancel)
    on("POST", "availability_blocks", reference.create_availability_block)
    for resource in [
        "appointment_types",
        "businesses",
        "unavailable_block_types",
        "patient_cases",
        "billable_items",
    ]:
        on("POST", resource, reference.create_plain(resource))
        on("PATCH", f"{resource}/*", reference.update_plain(resource))
    on("POST", "recalls", recalls.create_recall)
    on("PATCH", "recalls/*", recalls.update_recall)
    on("POST", "communications", recalls.create_memo)
    on("PATCH", "communications/*", recalls.update_memo)
