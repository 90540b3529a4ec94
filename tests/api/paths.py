"""Every operation of the API, from ninja itself and not from the file that it publishes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from routiq.api.service import api


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    """Below the root, such as ``/patients/{patient_id}``."""

    @property
    def takes(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.path))

    def with_ids(self, ids: dict[str, Any]) -> str:
        return self.path.format_map(ids)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


ROUTES = [
    Route(method, re.sub(r"{\w+:", "{", path))
    for router in api._get_bound_routers()
    for path, view in router.path_operations.items()
    for operation in view.operations
    for method in operation.methods
]

#: A good body for each operation that takes one, and headers.
BODIES: dict[str, Any] = {
    "POST /connections": {"vendor": "cliniko", "key": "x" * 43 + "-au2"},
    "POST /connections/{connection_id}/key": {"key": "x" * 43 + "-au2"},
    "POST /connections/{connection_id}/disconnect": {"confirm": "some account"},
    "POST /connections/{connection_id}/delete-data": {"confirm": "some practice"},
    "POST /appointments": {"patient_id": 1, "offer": "an offer"},
    "PATCH /appointments/{appointment_id}": {"offer": "an offer"},
    "POST /appointments/{appointment_id}/cancel": {"reason": "sick"},
    "POST /patients": {"first_name": "Bo", "last_name": "Li", "date_of_birth": "1991-03-17", "mobile": "0491570313"},
    "POST /knowledge/notes": {"title": "Parking", "text": "Parking is free."},
    "POST /knowledge/gaps/{gap_id}/answer": {"text": "Yes."},
    "POST /waitlist": {"patient_id": 1, "appointment_type_id": "3"},
    "POST /offers/{offer_id}/accept": {"accepting_words": "yes please"},
    "PUT /desk-rules": {
        "late_cancellation": "warn",
        "cancellation_window_hours": 24,
        "intake_fields": [{"field": "mobile", "needed": True}],
    },
    "POST /tasks/{task_id}/done": {"note": "Rang back"},
    "POST /conversations": {"caller_number": "0491 570 006"},
    "POST /conversations/{conversation_id}/turns": {"text": "Hello"},
    "POST /scenarios": {"conversation_id": 1, "name": "A regular books"},
}
