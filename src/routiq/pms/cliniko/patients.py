"""Patients of one Cliniko account, one at a time: found by name, registered.

Reference: Cliniko API, Patients.
"""

from __future__ import annotations

import contextlib
from datetime import date

import msgspec

from routiq.pms.cliniko import mapping, payloads
from routiq.pms.cliniko.advice import in_words
from routiq.pms.cliniko.links import refuse_foreign_links
from routiq.pms.cliniko.mapping import Habits
from routiq.pms.cliniko.streams import PAGE_SIZE, SOURCES, Params, hidden_too
from routiq.pms.errors import NotFound, WriteRefused, WriteUncertain
from routiq.pms.gateway import Lane, Stream
from routiq.pms.records import PatientDraft, PatientRecord
from routiq.pms.transport import Transport

_PATH = "/patients"
_HIDDEN = hidden_too(SOURCES[Stream.PATIENTS].lifted)
_PATIENT = msgspec.json.Decoder(payloads.Patient)
_PATIENTS = msgspec.json.Decoder(payloads.Patients)


class Patients:
    """The patients of one account."""

    def __init__(self, transport: Transport, habits: Habits) -> None:
        self._transport = transport
        self._habits = habits

    def find(self, *, first_name: str, last_name: str, date_of_birth: date | None) -> list[PatientRecord]:
        """Where a day of birth is given only that is asked for: few share one, and how Cliniko compares names
        (accents, stray spaces) does not matter then. The names are compared here in any case.

        Reference: Cliniko API, Patients, list; Filtering results.
        """
        if date_of_birth is not None:
            narrowed = [("q[]", f"date_of_birth:={date_of_birth.isoformat()}")]
        else:
            narrowed = [("q[]", f"first_name:={first_name.strip()}"), ("q[]", f"last_name:={last_name.strip()}")]
        wanted = (_plain(first_name), _plain(last_name))
        return [
            mapping.patient(row, self._habits)
            for row in self._listed([*_HIDDEN, *narrowed])
            if (_plain(row.first_name), _plain(row.last_name)) == wanted
        ]

    def register(self, draft: PatientDraft) -> PatientRecord:
        """The answer to creating is the record as Cliniko now has it, so no second question is asked.

        Reference: Cliniko API, Patients, create.
        """
        refused: NotFound | None = None
        answer = b""
        try:
            answer = self._transport.write("POST", _PATH, msgspec.json.encode(_body(draft)))
        except (WriteRefused, WriteUncertain) as error:
            in_words(error, "registration")
            raise
        except NotFound as error:
            refused = error
        if refused is not None:
            raise WriteRefused(
                "Cliniko takes no new patients from this key.",
                vendor="cliniko",
                cause="no_address",
                advice="Register the patient in Cliniko.",
                request=refused.request,
                status=refused.status,
                evidence=refused.evidence,
            )
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            return mapping.patient(_PATIENT.decode(answer), self._habits)
        unread = self._transport.uncertain(f"POST {_PATH}")
        in_words(unread, "registration")
        raise unread

    def _listed(self, params: Params) -> list[payloads.Patient]:
        found: list[payloads.Patient] = []
        page = 1
        while True:
            paged = [("per_page", str(PAGE_SIZE)), ("sort", "id:asc"), ("page", str(page)), *params]
            answer = self._transport.read(_PATH, _PATIENTS, params=paged, lane=Lane.LIVE).content
            refuse_foreign_links(self._transport, _PATH, answer)
            found += answer.rows
            if not answer.rows or len(found) >= answer.total_entries:
                return found
            page += 1


def _body(draft: PatientDraft) -> dict[str, object]:
    """Only what was asked for: an empty field would be an answer that nobody gave. Cliniko has three lines for an
    address; what is left goes into the last."""
    numbers = [("Mobile", draft.mobile), ("Other", draft.phone)]
    lines = [*draft.address_lines[:2], ", ".join(draft.address_lines[2:])]
    body: dict[str, object] = {
        "first_name": draft.first_name,
        "last_name": draft.last_name,
        "date_of_birth": draft.date_of_birth.isoformat() if draft.date_of_birth else None,
        "email": draft.email,
        "patient_phone_numbers": [{"number": number, "phone_type": kind} for kind, number in numbers if number],
        **{f"address_{place}": line for place, line in enumerate(lines, 1)},
        "city": draft.city,
        "state": draft.state,
        "post_code": draft.post_code,
        "notes": draft.notes,
    }
    return {name: value for name, value in body.items() if value}


def _plain(name: str | None) -> str:
    """A name as it is compared: without regard to case and to spaces around and within it."""
    return " ".join((name or "").split()).casefold()
