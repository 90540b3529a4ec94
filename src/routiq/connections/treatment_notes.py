"""Reading a patient's treatment notes for one conversation (N8): off until the practice switches it on, audited each
time, kept by nobody.

They are for the person at the practice who works on the conversation, while they do. They are not for Robyn, nor for
any letter, log or answer to a program, and never for the patient.
"""

from __future__ import annotations

from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.errors import NotOffered
from routiq.pms.records import TreatmentNote
from routiq.practices import audit


def allow_treatment_notes(connection: Connection, actor: audit.Actor, *, allowed: bool) -> None:
    """Let notes be read during conversations, or stop it. For the practice in force."""
    if connection.reads_treatment_notes == allowed:
        return
    Connection.objects.filter(pk=connection.pk).update(reads_treatment_notes=allowed)
    connection.reads_treatment_notes = allowed
    audit.record(actor, "treatment_notes.allowed" if allowed else "treatment_notes.stopped", _name(connection))


def may_be_read(connection: Connection | None) -> bool:
    """Whether the practice's system has such notes, and the practice has allowed that they are read."""
    return (
        connection is not None
        and connection.is_active
        and connection.reads_treatment_notes
        and registry.vendor(connection.vendor).capabilities.reads_treatment_notes
    )


def read_treatment_notes(
    connection: Connection, patient_remote_id: str, conversation_id: int, reader: audit.Actor
) -> list[TreatmentNote]:
    """What practitioners wrote about this patient, the newest first, for this conversation and no longer. The reading
    is in the audit trail before the vendor is asked: who, for which conversation, whose notes, none of their words.

    ``NotOffered`` where the practice has not allowed it, or its system has no such notes; then nothing was asked.
    Raises what the gateway raises. Outside a transaction, for the practice in force.
    """
    current = Connection.objects.select_related("practice").get(pk=connection.pk)
    if not registry.vendor(current.vendor).capabilities.reads_treatment_notes:
        raise _refused(current, "not_offered", "This system's treatment notes are never read.")
    if not current.reads_treatment_notes:
        raise _refused(current, "not_allowed", "The practice has not allowed that treatment notes are read.")
    audit.record(
        reader,
        "treatment_notes.read",
        f"conversation:{conversation_id}",
        patient=patient_remote_id,
        connection=current.pk,
    )
    return gateway_of(current).treatment_notes(patient_remote_id)


def _refused(connection: Connection, cause: str, message: str) -> NotOffered:
    label = registry.vendor(connection.vendor).label
    return NotOffered(
        message,
        vendor=connection.vendor,
        cause=cause,
        advice=f"It can be allowed under Settings > Integrations > {label}." if cause == "not_allowed" else "",
    )


def _name(connection: Connection) -> str:
    return f"connection:{connection.pk}"
