"""The methods: name, error code, what is required and who answers. Codes from Z001 on are ours (spec 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pms_sandbox.nookal import (
    appointments,
    availability,
    bookings,
    cases,
    classes,
    files,
    invoice_edits,
    invoices,
    patient_edits,
    patients,
    reference,
    waiting,
)
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


def _write(
    name: str,
    handle: Callable[[Call], Payload],
    code: str,
    what: str,
    required: tuple[str, ...],
    texts: tuple[str, ...] = (),
    api_call: str | None = None,
) -> Method:
    return Method(name, handle, code, f"Unable to {what}", required, True, texts, api_call=api_call)


_ONE_PATIENT = ("patient_id",)
_NOTES = ("notes",)

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("verify", reference.verify, "L000", "Unable to verify", keyless="L000_1"),
        _read("version", reference.version, "L001", "version"),
        # places, people and the catalogue
        _read("getLocations", reference.locations, "L003", "locations"),
        _read("getLocationLogo", reference.location_logo, "Z001", "location logo", "location_id"),
        _read("getPractitioners", reference.practitioners, "L004", "practitioners"),
        _read("getPractitionerPhoto", reference.practitioner_photo, "Z002", "practitioner photo", "practitioner_id"),
        _read("getAppointmentTypes", reference.appointment_types, "Z003", "appointment types"),
        _read("getClassTypes", reference.class_types, "Z004", "class types"),
        _read("getStockList", reference.stock_list, "Z005", "stock list"),
        _read(
            "getPractitionerAppointmentTypes",
            reference.types_of_practitioner,
            "Z006",
            "practitioner appointment types",
            "practitioner_id",
        ),
        _read("getServiceMatrix", reference.service_matrix, "Z007", "service matrix", "location_id"),
        # patients
        _read("getPatients", patients.listing, "L005", "patients"),
        _read("searchPatients", patient_edits.search, "Z010", "patients"),
        _write(
            "addPatient",
            patient_edits.add,
            "Z011",
            "add patient",
            ("first_name", "last_name", "date_of_birth"),
            patient_edits.TEXTS,
        ),
        _write("editPatient", patient_edits.edit, "Z012", "edit patient", _ONE_PATIENT, patient_edits.TEXTS),
        _write(
            "updatePatientMedicareDetails", patient_edits.medicare, "Z013", "update Medicare details", _ONE_PATIENT
        ),
        _read("getExtras", patient_edits.extras, "Z014", "extras"),
        _write(
            "addPatientExtra",
            patient_edits.add_extra,
            "Z015",
            "add patient extra",
            ("patient_id", "extra_id", "value"),
            ("value",),
        ),
        # cases, notes, files
        _read("getCases", cases.of_patient, "Z020", "cases", "patient_id"),
        _read("getAllCases", cases.of_all, "Z021", "cases"),
        _write("addCase", cases.add, "Z022", "add case", _ONE_PATIENT, ("title", "notes")),
        _write("editCase", cases.edit, "Z023", "edit case", ("patient_id", "case_id"), ("title", "notes")),
        _write("editCasePayer", cases.edit_payer, "Z024", "edit case payer", ("payer_id",), ("Notes", "Reference")),
        _read("getTreatmentNotes", cases.notes_of_patient, "L007", "treatment notes", "patient_id"),
        _read("getAllTreatmentNotes", cases.notes_of_all, "L007", "treatment notes"),
        _write(
            "addTreatmentNote",
            cases.add_note,
            "Z025",
            "add treatment note",
            ("patient_id", "case_id", "practitioner_id", "date", "notes"),
            _NOTES,
        ),
        _read("getPatientFiles", files.listing, "Z026", "patient files", "patient_id"),
        _read("getFileUrl", files.url, "Z027", "file url", "patient_id", "file_id"),
        _write(
            "uploadFile",
            files.upload,
            "Z028",
            "upload file",
            ("patient_id", "name", "extension", "file_type"),
            ("name",),
        ),
        _write(
            "setFileActive",
            files.activate,
            "Z029",
            "set file as active",
            ("patient_id", "file_id"),
            api_call="setFileAsActive",
        ),
        # the diary
        _read("getAppointments", appointments.listing, "L006", "appointments"),
        _read("getClasses", classes.listing, "Z030", "classes"),
        _read("getClassParticipants", classes.participants, "Z031", "class participants", "appt_id"),
        _read("getEvents", classes.events, "Z032", "events"),
        _read("getAppointmentAvailabilities", availability.appointments, "Z033", "availabilities"),
        _read("getClassAvailabilities", availability.classes, "Z034", "class availabilities"),
        # a dead key gives the practitioners' code here (spec 2.5)
        _read(
            "getSchedules",
            availability.schedules,
            "L004",
            "schedules",
            "practitioner_id",
            "location_id",
            "date_from",
            "date_to",
        ),
        _write(
            "addAppointmentBooking",
            bookings.add,
            "Z040",
            "add appointment booking",
            ("location_id", "appointment_date", "start_time", "patient_id", "practitioner_id", "appointment_type_id"),
            _NOTES,
        ),
        _write(
            "addClassBooking",
            bookings.add_to_class,
            "Z041",
            "add class booking",
            ("location_id", "appointment_date", "start_time", "patient_id", "practitioner_id"),
            _NOTES,
        ),
        _write(
            "updateAppointmentBooking",
            bookings.update,
            "Z042",
            "update appointment booking",
            ("appointment_id",),
            _NOTES,
        ),
        _write("rebookAppointment", bookings.rebook, "Z043", "rebook appointment", ("appointment_id", "patient_id")),
        _write("cancelAppointment", bookings.cancel, "Z044", "cancel appointment", ("appointment_id", "patient_id")),
        _read("getWaitingList", waiting.listing, "Z045", "waiting list"),
        _read("getClassRedemptions", reference.redemptions, "Z046", "class redemptions"),
        _read("getServiceRedemptions", reference.redemptions, "Z047", "service redemptions"),
        # invoices
        _read("getInvoices", invoices.listing, "Z050", "invoices"),
        _read("getAllInvoices", invoices.listing, "Z051", "invoices"),
        _read("getInvoice", invoices.one, "Z052", "invoice", "invoice_id"),
        _write("addInvoice", invoice_edits.add, "Z053", "add invoice", ("location_id", "patient_id")),
        _write("deleteInvoice", invoice_edits.delete, "Z054", "delete invoice", ("invoice_id",)),
        _write("addItemToInvoice", invoice_edits.add_item, "Z055", "add item to invoice", ("invoice_id",)),
        _write("deleteItemFromInvoice", invoice_edits.delete_item, "Z056", "delete item from invoice", ("item_id",)),
        _write(
            "addPaymentToInvoice",
            invoice_edits.add_payment,
            "Z057",
            "add payment to invoice",
            ("invoice_id", "method", "amount", "date"),
        ),
        _write(
            "deletePaymentFromInvoice",
            invoice_edits.delete_payment,
            "Z058",
            "delete payment from invoice",
            ("payment_id",),
        ),
        _write("addAccountCredit", invoice_edits.add_credit, "Z059", "add account credit", ("invoice_id", "amount")),
        _read("getInvoiceEntries", invoices.lines("entries"), "Z060", "invoice entries"),
        _read("getInvoicePayments", invoices.lines("payments"), "Z061", "invoice payments"),
        _read("getInvoiceCredits", invoices.lines("credits"), "Z062", "invoice credits"),
        _read("getInvoiceDiscounts", invoices.lines("discounts"), "Z063", "invoice discounts"),
        _read("getInvoiceRefunds", invoices.lines("refunds"), "Z064", "invoice refunds"),
        _read("getInvoiceAdjustments", invoices.lines("adjustments"), "Z065", "invoice adjustments"),
    )
}
