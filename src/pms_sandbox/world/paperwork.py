"""Invoices of the last three months, a few cases, recalls and messages: enough to read, not a ledger."""

from __future__ import annotations

from typing import Any

from pms_sandbox.stamps import seconds, stamp
from pms_sandbox.world.practice import Practice

INVOICED_DAYS = 90


def add_paperwork(practice: Practice) -> None:
    """Derive the papers from the visits already there."""
    _invoices(practice)
    _cases_and_recalls(practice)
    _messages(practice)


def _invoices(practice: Practice) -> None:
    world, rng = practice.world, practice.rng
    now = int(world.clock.now())
    since, until = stamp(now - INVOICED_DAYS * 86_400), stamp(now - 7200)
    prices = {
        row["appointment_type_id"]: world["billable_items"].rows[row["billable_item_id"]]["price"]
        for row in world["appointment_type_billable_items"].rows.values()
    }
    attendee_of = {row["booking_id"]: id_ for id_, row in world["attendees"].rows.items()}
    number = 1000
    for id_, row in world["individual_appointments"].rows.items():
        if not row.get("patient_arrived") or not since <= row["starts_at"] <= until:
            continue
        number += 1
        price = prices[row["appointment_type_id"]]
        created = min(seconds(row["ends_at"]) + rng.randint(60, 1200), now - 60)
        paid = rng.random() < 0.93
        fields: dict[str, Any] = {
            "number": number,
            "issue_date": row["ends_at"][:10],
            "status": 20 if paid else 10,
            "closed_at": stamp(created + 30) if paid else None,
            "total_amount": price,
            "net_amount": price,
            "appointment_id": id_,
            "attendee_id": attendee_of[id_],
            "business_id": row["business_id"],
            "patient_id": row["patient_id"],
            "practitioner_id": row["practitioner_id"],
        }
        practice.add("invoices", fields, created, created + 30 if paid else created)


def _cases_and_recalls(practice: Practice) -> None:
    world, rng = practice.world, practice.rng
    now = int(world.clock.now())
    active = [id_ for id_, row in world["patients"].rows.items() if "archived_at" not in row]
    kinds = list(world["recall_types"].rows)
    for patient_id in rng.sample(active, max(1, len(active) // 40)):
        created = now - rng.randint(1, 300) * 86_400
        practice.add(
            "patient_cases",
            {
                "name": rng.choice(("Knee rehab", "Shoulder care plan", "Low back", "Post-surgery")),
                "patient_id": patient_id,
                "issue_date": stamp(created)[:10],
                "expiry_date": stamp(created + 365 * 86_400)[:10],
                "max_sessions": 5,
                "referral": True,
                "referral_type": "medicare",
            },
            created,
        )
    for patient_id in rng.sample(active, max(1, len(active) // 25)):
        created = now - rng.randint(1, 120) * 86_400
        practice.add(
            "recalls",
            {
                "patient_id": patient_id,
                "recall_type_id": rng.choice(kinds),
                "recall_at": stamp(created + rng.randint(30, 200) * 86_400)[:10],
            },
            created,
        )


def _messages(practice: Practice) -> None:
    """A handful of text replies, category 8 (spec 3.17)."""
    world, rng = practice.world, practice.rng
    now = int(world.clock.now())
    active = [id_ for id_, row in world["patients"].rows.items() if "archived_at" not in row]
    for patient_id in rng.sample(active, max(1, len(active) // 30)):
        numbers = world["patients"].rows[patient_id].get("patient_phone_numbers") or [{"number": None}]
        practice.add(
            "communications",
            {
                "type_code": 1,
                "direction_code": 2,
                "category_code": 8,
                "from": numbers[0]["number"],
                "content": rng.choice(("Yes", "Running 10 mins late", "Thanks, see you then")),
                "patient_id": patient_id,
            },
            now - rng.randint(1, 60) * 86_400,
        )
