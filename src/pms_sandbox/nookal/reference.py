"""verify, locations, practitioners and the catalogue (spec 4.1 to 4.4)."""

from __future__ import annotations

from typing import Any

from pms_sandbox.conditions import Condition, Row
from pms_sandbox.nookal.call import Call, Payload, everything
from pms_sandbox.nookal.params import truthy
from pms_sandbox.nookal.values import cents, flag, money
from pms_sandbox.rosters import zone_of

VERSION = "2.0"
_STANDING = Condition("archived_at", "null")


def verify(call: Call) -> Payload:
    return call.done(verify=True)


def version(call: Call) -> Payload:
    return call.done(version=VERSION)


def locations(call: Call) -> Payload:
    """Only those that the key ticks."""
    conditions = [_STANDING, *call.scoped("id"), *call.modified()]
    return call.select("businesses", conditions, lambda row: _location(call, row), "locations")


def _location(call: Call, row: Row) -> dict[str, Any]:
    return {
        "ID": row["id"],
        "Name": row.get("display_name") or row["business_name"],
        "AddressLine1": row.get("address_1"),
        "AddressLine2": "",
        "AddressLine3": None,
        "City": row.get("city"),
        "State": row.get("state"),
        "Country": row.get("country"),
        "Postcode": row.get("post_code"),
        "Timezone": zone_of(call.world, row),
        "Telephone": str(row.get("contact_information") or "").removeprefix("Ph "),
        "Email": row.get("email_reply_to"),
        "Website": None,
        "lockNewPatientsToLocation": "0",
    }


def location_logo(call: Call) -> Payload:
    row = call.record("businesses", "location_id")
    return _picture(call, f"location-{row['id']}")


def practitioners(call: Call) -> Payload:
    """Active ones that work at a ticked location; the others as well when asked for."""
    conditions = call.modified()
    if not truthy(call.get("include_inactive_practitioners")):
        conditions.append(Condition("active", "in", frozenset({True})))
    rows = [
        row
        for row in everything(call.world, "practitioners", conditions)
        if call.sees_all or call.scope.intersection(row["business_ids"])
    ]
    return call.listed("practitioners", rows, lambda row: _practitioner(call, row))


def _practitioner(call: Call, row: Row) -> dict[str, Any]:
    user = call.world["users"].rows.get(row.get("user_id") or "", {})
    return {
        "ID": row["id"],
        "FirstName": row["first_name"],
        "LastName": row["last_name"],
        "Title": row.get("title") or "",
        "Speciality": "Physiotherapy",
        "Email": user.get("email") or "",
        "locations": [id_ for id_ in row["business_ids"] if id_ in call.scope],
        "ShowInDiary": "1",
        "status": flag(row.get("active", True)),
    }


def practitioner_photo(call: Call) -> Payload:
    row = call.record("practitioners", "practitioner_id")
    return _picture(call, f"practitioner-{row['id']}")


def _picture(call: Call, name: str) -> Payload:
    """The address in both places: one client reads it at the top, which is likely its bug (spec 4.2)."""
    url = f"{call.request.base}/pictures/{name}.png"
    return {**call.done(file_url=url), "file_url": url}


# -- the catalogue ----


def is_class(kind: Row) -> bool:
    return int(kind.get("max_attendees") or 1) > 1


def offering(call: Call, kind_id: str) -> list[str]:
    """The ticked locations that offer this type, in id order."""
    places = call.world["businesses"].rows
    return [id_ for id_ in sorted(call.scope & places.keys()) if kind_id in places[id_]["appointment_type_ids"]]


def kinds(call: Call, *, classes: bool) -> list[Row]:
    """Types of one sort that a ticked location offers; archived ones belong to no location any more."""
    return [
        row
        for row in everything(call.world, "appointment_types", ())
        if is_class(row) == classes and (row.get("archived_at") or offering(call, row["id"]))
    ]


def appointment_types(call: Call) -> Payload:
    return call.listed("services", kinds(call, classes=False), lambda row: _service(call, row))


def _service(call: Call, row: Row) -> dict[str, Any]:
    item = billable(call, row["id"])
    return {
        "ID": row["id"],
        "Name": row["name"],
        "Description": row.get("description") or "",
        "Duration": str(row["duration_in_minutes"]),
        "Category": row.get("category") or "",
        "Price": price(item),
        "hasTax": "0",
        # the first element is a placeholder, and a number (spec 4.4)
        "Locations": [0, *offering(call, row["id"])],
        "ServiceCode": item.get("item_code") or "",
        "active": flag(not row.get("archived_at")),
    }


def class_types(call: Call) -> Payload:
    return call.listed("classes", kinds(call, classes=True), lambda row: _class_type(call, row))


def _class_type(call: Call, row: Row) -> dict[str, Any]:
    service = _service(call, row)
    return {key: service[key] for key in ("ID", "Name", "Description", "Duration", "Price", "hasTax", "Locations")}


def stock_list(call: Call) -> Payload:
    """Products; the key of the list is ``services`` all the same (spec 4.4)."""
    rows = everything(call.world, "products", [_STANDING])
    return call.listed("services", rows, lambda row: _product(call, row))


def _product(call: Call, row: Row) -> dict[str, Any]:
    return {
        "ID": row["id"],
        "Name": row.get("name") or "",
        "Description": row.get("description") or "",
        "Price": price(row),
        "hasTax": "0",
        "Locations": [0, *sorted(call.scope)],
    }


def types_of_practitioner(call: Call) -> Payload:
    row = call.record("practitioners", "practitioner_id")
    own = set(row.get("appointment_type_ids", ()))
    chosen = {
        classes: [kind for kind in kinds(call, classes=classes) if kind["id"] in own] for classes in (False, True)
    }
    return call.done(
        practitioner_id=row["id"],
        services=[_service(call, kind) for kind in chosen[False]],
        classes=[_class_type(call, kind) for kind in chosen[True]],
    )


def service_matrix(call: Call) -> Payload:
    """Who offers what at one location; ``id`` is in lower case here (spec 4.4)."""
    place = call.record("businesses", "location_id")
    staff = [
        row
        for row in call.world["practitioners"].rows.values()
        if row.get("active", True) and place["id"] in row["business_ids"]
    ]

    def line(kind: Row) -> dict[str, Any]:
        return {
            "id": kind["id"],
            "providers": [who["id"] for who in staff if kind["id"] in who["appointment_type_ids"]],
        }

    here = [kind for kind in kinds(call, classes=False) if kind["id"] in place["appointment_type_ids"]]
    groups = [kind for kind in kinds(call, classes=True) if kind["id"] in place["appointment_type_ids"]]
    return call.done(
        locationID=place["id"], services=[line(kind) for kind in here], classes=[line(kind) for kind in groups]
    )


def redemptions(call: Call) -> Payload:
    """Nobody has shown a record of one; this practice sells no passes."""
    return call.listed("redemptions", [], dict)


def billable(call: Call, kind_id: str) -> Row:
    """The item that a visit of this type is billed as; empty when there is none."""
    for link in call.world["appointment_type_billable_items"].rows.values():
        if link["appointment_type_id"] == kind_id:
            return call.world["billable_items"].rows[link["billable_item_id"]]
    return {}


def price(item: Row) -> str:
    return money(cents(str(item.get("price") or "0")) or 0)
