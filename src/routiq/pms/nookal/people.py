"""Patients, asked and written to live.

Reference: Nookal API v2, searchPatients, addPatient, editPatient.
"""

from __future__ import annotations

import contextlib
from datetime import date

from routiq.pms.errors import PmsError, VendorChanged, WriteRefused
from routiq.pms.gateway import Lane
from routiq.pms.nookal import mapping, names, payloads
from routiq.pms.nookal.advice import ADVICE
from routiq.pms.nookal.calls import Calls
from routiq.pms.nookal.catalogue import Catalogue
from routiq.pms.nookal.mapping import Habits
from routiq.pms.records import PatientDraft, PatientRecord
from routiq.pms.transport import Params

_LIVE = Lane.LIVE


class People:
    """The patients of one account."""

    def __init__(self, calls: Calls, catalogue: Catalogue, habits: Habits) -> None:
        self._calls = calls
        self._catalogue = catalogue
        self._habits = habits

    def find(self, first_name: str, last_name: str, date_of_birth: date | None) -> list[PatientRecord]:
        """See :meth:`routiq.pms.gateway.Gateway.find_patients`. The search goes by how names begin and leaves the
        dead out; what it brings is looked at again, and a name that was stored with wrong letters is known too."""
        last = names.beginning(last_name.strip())
        if last:
            params = [("last_name", last)]
            first = names.beginning(first_name.strip())
            if first:
                params.append(("first_name", first))
        elif date_of_birth is not None:
            # Nothing of the last name is sure to be found again: the whole of it with the day, then.
            params = [
                ("first_name", first_name.strip()),
                ("last_name", last_name.strip()),
                ("date_of_birth", date_of_birth.isoformat()),
            ]
        else:
            params = [("last_name", last_name.strip())]
        found = {one.id: one for one in [*self._search(params), *self._search([*params, ("deceased", "1")])]}
        return [
            one
            for one in found.values()
            if names.same(one.first_name, first_name)
            and names.same(one.last_name, last_name)
            and (date_of_birth is None or one.date_of_birth == date_of_birth)
        ]

    def register(self, draft: PatientDraft) -> PatientRecord:
        """See :meth:`routiq.pms.gateway.Gateway.register_patient`. ``WriteRefused`` with cause ``date_of_birth``
        before anything is sent, since Nookal registers nobody without.

        A name that Nookal stored with wrong letters is written once more in plain ones, which staff can read and a
        search finds; where that fails too, ``VendorChanged`` with cause ``garbled``.
        """
        if draft.date_of_birth is None:
            raise WriteRefused(
                "Nookal registers nobody without a date of birth.",
                vendor="nookal",
                cause="date_of_birth",
                advice="Ask for the date of birth.",
            )
        method = "addPatient"
        patient_id = self._calls.change(method, _form(draft, draft.date_of_birth)).word("patient_id", "ID")
        if not patient_id:
            raise self._calls.unclear(method)
        record = self._read_back(method, patient_id)
        if record is not None and _is_garbled(record, draft):
            record = self._mended(patient_id, draft)
            if record is None:
                raise _changed("garbled", "Nookal stored the patient's name with wrong letters.", method)
        if record is None or not _is_meant(record, draft):
            raise _changed("not_done", "Nookal answered that the patient was registered, but it was not.", method)
        return record

    def _mended(self, patient_id: str, draft: PatientDraft) -> PatientRecord | None:
        form = [
            ("patient_id", patient_id),
            ("first_name", names.plain(draft.first_name)),
            ("last_name", names.plain(draft.last_name)),
        ]
        if not all(value for _, value in form):
            return None
        record: PatientRecord | None = None
        with contextlib.suppress(PmsError):
            self._calls.change("editPatient", form)
            record = self._one(patient_id)
        meant = (names.plain(draft.first_name), names.plain(draft.last_name))
        return record if record is not None and (record.first_name, record.last_name) == meant else None

    def _read_back(self, method: str, patient_id: str) -> PatientRecord | None:
        failed = False
        record: PatientRecord | None = None
        try:
            record = self._one(patient_id)
        except PmsError:
            failed = True
        if failed:
            raise self._calls.unclear(method)
        return record

    def _one(self, patient_id: str) -> PatientRecord | None:
        found = self._search([("patient_id", patient_id)])
        return next((one for one in found if one.id == patient_id), None)

    def _search(self, params: Params) -> list[PatientRecord]:
        rows = self._catalogue.whole("searchPatients", "patients", payloads.Patient, _LIVE, params)
        return [mapping.patient(row, self._habits) for row in rows]


def _form(draft: PatientDraft, born: date) -> list[tuple[str, str]]:
    form = [
        ("first_name", draft.first_name.strip()),
        ("last_name", draft.last_name.strip()),
        ("date_of_birth", born.isoformat()),
        ("email", draft.email),
        ("mobile", draft.mobile),
        ("home", draft.phone),
        *((f"address_line_{number}", line) for number, line in enumerate(draft.address_lines[:3], 1)),
        ("city", draft.city),
        ("state", draft.state),
        ("postcode", draft.post_code),
        ("client_notes", draft.notes),
    ]
    return [(name, value) for name, value in form if value]


def _is_garbled(record: PatientRecord, draft: PatientDraft) -> bool:
    pairs = ((record.first_name, draft.first_name), (record.last_name, draft.last_name))
    return _is_meant(record, draft) and any(
        stored != meant.strip() and not meant.isascii() for stored, meant in pairs
    )


def _is_meant(record: PatientRecord, draft: PatientDraft) -> bool:
    return (
        names.same(record.first_name, draft.first_name)
        and names.same(record.last_name, draft.last_name)
        and record.date_of_birth == draft.date_of_birth
    )


def _changed(cause: str, message: str, method: str) -> VendorChanged:
    return VendorChanged(
        message,
        vendor="nookal",
        cause=cause,
        advice=ADVICE[f"VendorChanged.{cause}"],
        request=f"POST /{method}",
        status=200,
    )
