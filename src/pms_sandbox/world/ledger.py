"""What only the second vendor shows: cases, notes, bills with payments, a waiting list, and who died.

Everything is derived from the visits already there with a random stream and ids of its own, so that the rest of the
practice is the same with it and without it.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

from pms_sandbox.conditions import Row
from pms_sandbox.ids import IdMint
from pms_sandbox.stamps import seconds, stamp
from pms_sandbox.world.model import World

NOTED_DAYS = 120
_UNBILLED = 0.04
_DAY = 86_400
_NOTES = (
    "Less pain on the stairs. Exercises progressed.",
    "Stiff in the mornings, loosens after ten minutes. Heat and stretches at home.",
    "Range better than last time. Continue as planned.",
    "Sore after gardening; no night pain. Rest for two days, then as before.",
    "Discharged to home programme, will ring if it comes back.",
)
_WISHES = ("Any morning", "After school", "Only with the usual practitioner", "Can come at an hour's notice", "")
_METHODS = ("EFTPOS", "EFTPOS", "Credit Card", "Cash", "HICAPS")


def add_ledger(world: World, rng: Random, mint: IdMint) -> None:
    """Fill the collections of ``STORED_ONLY`` and set ``home_business_id`` and ``deceased_at`` of patients."""
    _Ledger(world, rng, mint).fill()


class _Ledger:
    def __init__(self, world: World, rng: Random, mint: IdMint) -> None:
        self.world, self.rng, self.mint = world, rng, mint
        self.now = int(world.clock.now())
        self.visits: dict[str, list[Row]] = defaultdict(list)
        for row in world["individual_appointments"].rows.values():
            if not row.get("archived_at"):
                self.visits[row["patient_id"]].append(row)
        for rows in self.visits.values():
            rows.sort(key=lambda row: row["starts_at"])
        items = world["billable_items"].rows
        self.items = {
            link["appointment_type_id"]: (
                items[link["billable_item_id"]]["name"],
                items[link["billable_item_id"]]["price"],
            )
            for link in world["appointment_type_billable_items"].rows.values()
        }
        self.number = 5000

    def fill(self) -> None:
        self._extra_fields()
        for id_, patient in list(self.world["patients"].rows.items()):
            visits = self.visits.get(id_, [])
            self._person(patient, visits)
            case = self._cases(patient)
            came = [row for row in visits if row.get("patient_arrived")]
            self._bills(id_, came)
            self._notes(id_, case, came)
        self._waiting()

    def add(self, name: str, fields: dict[str, Any], created: int, updated: int | None = None) -> str:
        id_ = self.mint.new(created)
        made = stamp(created)
        row = {"id": id_, **fields, "created_at": made, "updated_at": made if updated is None else stamp(updated)}
        self.world[name].rows[id_] = row
        return id_

    def _extra_fields(self) -> None:
        born = min((seconds(row["created_at"]) for row in self.world["businesses"].rows.values()), default=self.now)
        self.add("extra_fields", {"name": "How heard", "type": "text", "active": True}, born)

    def _person(self, patient: Row, visits: list[Row]) -> None:
        more: dict[str, Any] = {}
        if visits:
            more["home_business_id"] = visits[0]["business_id"]
        dead = {id_ for held in self.world.characters if held["label"] == "deceased" for id_ in held["patient_ids"]}
        if patient.get("archived_at") and not patient.get("merged_at"):
            known = any(patient["id"] in held["patient_ids"] for held in self.world.characters)
            if patient["id"] in dead or (not known and self.rng.random() < 0.1):
                more["deceased_at"] = patient["archived_at"]
        if more:
            self.world["patients"].rows[patient["id"]] = {**patient, **more}

    def _cases(self, patient: Row) -> str:
        """One case for everything, and a second one for those who were referred."""
        created = seconds(patient["created_at"])
        fields = {"patient_id": patient["id"], "title": "General", "notes": "", "payers": []}
        first = self.add("treatment_cases", fields, created)
        if self.rng.random() < 0.06:
            payer = {
                "id": self.mint.new(created),
                "payer": "Medicare",
                "Sessions_Approved": "5",
                "Sessions_Completed": str(self.rng.randint(0, 4)),
                "ReferralDate": stamp(created)[:10],
            }
            fields = {"patient_id": patient["id"], "title": "Care plan", "notes": "", "payers": [payer]}
            self.add("treatment_cases", fields, created + 600)
        return first

    def _bills(self, patient_id: str, came: list[Row]) -> None:
        """Every bill settles one to four visits in a row; a few of the last visits are not billed yet."""
        rng = self.rng
        done = [row for row in came if seconds(row["ends_at"]) < self.now - 3600]
        place = 0
        while place < len(done):
            visits = done[place : place + rng.choice((1, 2, 2, 3, 4))]
            place += len(visits)
            if place == len(done) and rng.random() < _UNBILLED * 4:
                return
            self._bill(patient_id, visits)

    def _bill(self, patient_id: str, visits: list[Row]) -> None:
        rng = self.rng
        self.number += 1
        last = visits[-1]
        created = min(seconds(last["ends_at"]) + rng.randint(60, 1200), self.now - 60)
        entries = []
        for row in visits:
            name, price = self.items[row["appointment_type_id"]]
            amount = round(float(price) * 100)
            entries.append(
                {
                    "id": self.mint.new(created),
                    "appointment_id": row["id"],
                    "date": row["ends_at"][:10],
                    "name": name,
                    "qty": 1,
                    "total": amount,
                }
            )
        total = sum(entry["total"] for entry in entries)
        roll = rng.random()
        payments = []
        paid_at = created
        if roll < 0.93:
            paid_at = created + 30 if roll < 0.75 else min(created + rng.randint(1, 40) * _DAY, self.now - 30)
            amount = total if roll < 0.89 else total // 2
            payments.append(
                {
                    "id": self.mint.new(paid_at),
                    "date": stamp(paid_at)[:10],
                    "amount": amount,
                    "method": rng.choice(_METHODS),
                }
            )
        fields = {
            "number": f"INV-{self.number}",
            "patient_id": patient_id,
            "practitioner_id": last["practitioner_id"],
            "business_id": last["business_id"],
            "entries": entries,
            "payments": payments,
        }
        bill = self.add("bills", fields, created, paid_at)
        for row in visits:
            self.add("billed_visits", {"appointment_id": row["id"], "bill_id": bill}, created)

    def _notes(self, patient_id: str, case: str, came: list[Row]) -> None:
        since = stamp(self.now - NOTED_DAYS * _DAY)
        for row in came:
            if row["starts_at"] < since or self.rng.random() > 0.6:
                continue
            written = min(seconds(row["ends_at"]) + self.rng.randint(0, 3000), self.now - 30)
            fields = {
                "patient_id": patient_id,
                "treatment_case_id": case,
                "practitioner_id": row["practitioner_id"],
                "date": stamp(written),
                "text": self.rng.choice(_NOTES),
                "status": "deleted" if self.rng.random() < 0.02 else "active",
                "template": self.rng.random() < 0.5,
            }
            self.add("treatment_notes", fields, written)

    def _waiting(self) -> None:
        world, rng = self.world, self.rng
        people = [id_ for id_, row in world["patients"].rows.items() if not row.get("archived_at")]
        kinds = [id_ for id_, row in world["appointment_types"].rows.items() if row.get("show_in_online_bookings")]
        kinds = [id_ for id_ in kinds if not world["appointment_types"].rows[id_].get("archived_at")]
        for patient_id in rng.sample(people, max(2, len(people) // 60)):
            kind = world["appointment_types"].rows[rng.choice(kinds)]
            staff = [
                id_
                for id_, row in world["practitioners"].rows.items()
                if row.get("active", True) and kind["id"] in row["appointment_type_ids"]
            ]
            who = rng.choice(staff)
            fields = {
                "patient_id": patient_id,
                "business_id": world["practitioners"].rows[who]["business_ids"][0],
                "practitioner_ids": [who] if rng.random() < 0.7 else [],
                "appointment_type_id": kind["id"],
                "notes": rng.choice(_WISHES),
                "priority": rng.choice((1, 2, 3)),
                "online": rng.random() < 0.3,
                "active": rng.random() < 0.9,
                "days": sorted(rng.sample(range(1, 6), rng.randint(1, 3))),
            }
            self.add("waiting_list", fields, self.now - rng.randint(1, 40) * _DAY)
