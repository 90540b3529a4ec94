"""What surrounds the bookings: who works where, what is offered, settings and users (spec 3.5 to 3.18)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from pms_sandbox import edits
from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.checks import BLANK, id_text, reject, related
from pms_sandbox.cliniko.encode import maybe, show
from pms_sandbox.cliniko.lists import envelope, page_links, page_of
from pms_sandbox.cliniko.repeats import checked_rule, repeat
from pms_sandbox.conditions import Condition
from pms_sandbox.http import Answer, json_answer, refuse
from pms_sandbox.stamps import parse_stamp
from pms_sandbox.world.model import World
from pms_sandbox.world.settings import public_part

SETTINGS_ROLES = frozenset({"administrator", "power receptionist"})
# Own fields that may be written, of the resources with plain create and update.
_WRITABLE: dict[str, str] = {
    "appointment_types": "name category description color duration_in_minutes max_attendees show_in_online_bookings "
    "online_bookings_lead_time_hours online_payments_enabled online_payments_mode deposit_price "
    "add_deposit_to_account_credit telehealth_enabled",
    "businesses": "business_name display_name address_1 address_2 city state post_code country_code "
    "contact_information additional_information additional_invoice_information business_registration_name "
    "business_registration_value email_reply_to website_address show_in_online_bookings "
    "appointment_reminders_enabled appointment_type_ids time_zone time_zone_identifier",
    "unavailable_block_types": "name color duration_in_minutes",
    "patient_cases": "name notes issue_date expiry_date max_sessions max_invoiceable_amount referral referral_type "
    "include_cancelled_attendees include_dna_attendees contact_id",
    "billable_items": "name item_code item_type price tax_id",
}
_NEEDED = {
    "appointment_types": ("name",),
    "businesses": ("business_name",),
    "unavailable_block_types": ("name",),
    "patient_cases": ("name",),
    "billable_items": ("name",),
}


def settings(call: Call) -> Answer:
    if call.key.role not in SETTINGS_ROLES:
        raise refuse(403)
    return json_answer({**call.world.settings, "links": {"self": call.url}})


def public_settings(call: Call) -> Answer:
    return json_answer({**public_part(call.world.settings), "links": {"self": call.url}})


def own_user(call: Call) -> Answer:
    """The key check: any role may ask who it is. The key's role is shown, whatever the user record says."""
    row = {**call.world["users"].rows[call.key.user_id], "role": call.key.role}
    return json_answer(show(call.world, "users", row, call.base))


def users(call: Call) -> Answer:
    _admin_only(call)
    return call.page("users")


def user(call: Call) -> Answer:
    _admin_only(call)
    return call.record("users", call.ids[0])


def _admin_only(call: Call) -> None:
    if call.key.role != "administrator":
        raise refuse(403)


def practitioners(call: Call) -> Answer:
    return call.page("practitioners", _active(True))


def inactive_practitioners(call: Call) -> Answer:
    return call.page("practitioners", _active(False))


def _active(wanted: bool) -> Condition:
    return Condition("active", "in", frozenset({wanted}))


def practitioners_of(resource: str, field: str, active: bool) -> Any:
    """The handler of the practitioners below a business or an appointment type."""

    def handler(call: Call) -> Answer:
        call.row(resource, call.ids[0])
        return call.page("practitioners", Condition(field, "has", call.ids[0]), _active(active))

    return handler


def types_of_practitioner(call: Call) -> Answer:
    row = call.row("practitioners", call.ids[0])
    return call.page("appointment_types", Condition("id", "in", frozenset(row.get("appointment_type_ids", ()))))


def services(call: Call) -> Answer:
    """The matrix of who does what where; rows carry no id (spec 3.18)."""
    return _services(call, list(call.world["businesses"].rows))


def services_of_business(call: Call) -> Answer:
    call.row("businesses", call.ids[0])
    return _services(call, [call.ids[0]])


def offered(world: World, places: Iterable[str], base: str) -> list[dict[str, Any]]:
    """Who does what at these businesses, as the vendor lists it; nothing of what is archived or inactive."""
    rows = []
    for place in sorted(places):
        business = world["businesses"].rows[place]
        if business.get("archived_at"):
            continue
        for type_id in business.get("appointment_type_ids", ()):
            kind = world["appointment_types"].rows.get(type_id)
            if kind is None or kind.get("archived_at"):
                continue
            who = [
                maybe(base, "practitioners", id_)
                for id_, row in world["practitioners"].rows.items()
                if row.get("active", True)
                and place in row.get("business_ids", ())
                and type_id in row.get("appointment_type_ids", ())
            ]
            if who:
                rows.append(
                    {
                        "appointment_type": maybe(base, "appointment_types", type_id),
                        "business": maybe(base, "businesses", place),
                        "practitioners": who,
                    }
                )
    return rows


def _services(call: Call, places: Iterable[str]) -> Answer:
    rows = offered(call.world, places, call.base)
    page, per_page = page_of(call.request.query)
    shown = [msgspec.json.encode(row) for row in rows[(page - 1) * per_page : page * per_page]]
    return envelope("services", shown, len(rows), page_links(call.url, call.request.query, page, per_page, len(rows)))


def create_plain(resource: str) -> Any:
    """The handler of a plain create: needed fields, then whatever of the body may be written."""

    def handler(call: Call) -> Answer:
        body = call.body()
        errors = {field: BLANK for field in _NEEDED[resource] if not body.get(field)}
        fields = _plain_fields(resource, body)
        if resource == "patient_cases":
            patient = related(call, body, "patient_id", "patients", errors)
            fields["patient_id"] = patient["id"] if patient else None
        reject(errors)
        if resource == "appointment_types":
            fields.setdefault("duration_in_minutes", 30)
            fields.setdefault("max_attendees", 1)
        if resource == "businesses":
            fields.setdefault("label", fields.get("display_name") or fields["business_name"])
            fields.setdefault("time_zone_identifier", call.world.zone)
        row = edits.create(call.world, resource, fields)
        _matrix(call, resource, row["id"], body)
        return call.shown(resource, row, 201)

    return handler


def update_plain(resource: str) -> Any:
    def handler(call: Call) -> Answer:
        old = call.row(resource, call.ids[0])
        body = call.body()
        errors = {field: BLANK for field in _NEEDED[resource] if field in body and not body[field]}
        reject(errors)
        row = edits.update(call.world, resource, old["id"], _plain_fields(resource, body))
        _matrix(call, resource, row["id"], body)
        return call.shown(resource, row)

    return handler


def _plain_fields(resource: str, body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in _WRITABLE[resource].split() if name in body}


def _matrix(call: Call, resource: str, id_: str, body: dict[str, Any]) -> None:
    """``business_ids`` and ``practitioner_ids`` of a type's body say who offers it where (spec 3.5)."""
    if resource != "appointment_types":
        return
    for field, target in (("business_ids", "businesses"), ("practitioner_ids", "practitioners")):
        if field not in body:
            continue
        wanted = {id_text(value) for value in body[field] or ()}
        for row in list(call.world[target].rows.values()):
            held = list(row.get("appointment_type_ids", ()))
            if (row["id"] in wanted) != (id_ in held):
                held = [*held, id_] if row["id"] in wanted else [other for other in held if other != id_]
                edits.update(call.world, target, row["id"], {"appointment_type_ids": held})


def create_availability_block(call: Call) -> Answer:
    body = call.body()
    errors: dict[str, str] = {}
    fields: dict[str, Any] = {}
    for name in ("starts_at", "ends_at"):
        fields[name] = parse_stamp(body.get(name))
        if fields[name] is None:
            errors[name] = BLANK if not body.get(name) else "is invalid"
    for name, target in (("business_id", "businesses"), ("practitioner_id", "practitioners")):
        row = related(call, body, name, target, errors)
        fields[name] = row["id"] if row else None
    rule = checked_rule(body.get("repeat_rule"), errors, most=100)
    if not errors and fields["ends_at"] <= fields["starts_at"]:
        errors["ends_at"] = "must be after starts_at"
    reject(errors)
    row = edits.create(call.world, "availability_blocks", {**fields, **({"repeat_rule": rule} if rule else {})})
    repeat(call.world, "availability_blocks", row)
    return call.shown("availability_blocks", row, 201)
