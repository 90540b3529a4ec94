"""What people are told when Cliniko says no, in the words of the screen it sends them to."""

from __future__ import annotations

from routiq.pms.cliniko.guide import GUIDE
from routiq.pms.errors import PmsError, WriteRefused

#: What to do while nobody knows whether a change was made, by what was asked for.
UNCERTAIN = {
    "booking": "Look into the Cliniko calendar before booking it again: something may stand there.",
    "move": "Look into the Cliniko calendar before moving it again: the appointment may stand at the new time.",
    "cancellation": "Look into the Cliniko calendar before anything else: the appointment may be cancelled.",
    "registration": "Search for the patient in Cliniko before registering again: the record may be there.",
}
_REFUSED = {
    "move": "Check in Cliniko that the appointment, the practitioner and the appointment type still exist.",
    "cancellation": "Check in Cliniko whether the appointment still stands, and cancel it there.",
    "registration": "Correct what is named and try again, or register the patient in Cliniko.",
}
#: Cliniko's fields as its screens call them.
_FIELDS = {
    "first_name": "the first name",
    "last_name": "the last name",
    "date_of_birth": "the date of birth",
    "email": "the e-mail address",
    "patient_phone_numbers": "the phone number",
    "address_1": "the address",
    "address_2": "the address",
    "address_3": "the address",
    "city": "the suburb",
    "state": "the state",
    "post_code": "the postcode",
    "notes": "the notes",
    "starts_at": "the start",
    "ends_at": "the end",
    "practitioner": "the practitioner",
    "business": "the location",
    "appointment_type": "the appointment type",
    # An appointment type that is unknown, or is a class, is reported as this.
    "max_attendees": "the appointment type",
    "patient": "the patient",
    "cancellation_reason": "the reason for cancelling",
    "cancellation_note": "the note about cancelling",
}


def advice(shard: str) -> dict[str, str]:
    """Advice by error code, for an account on ``shard``. Cliniko answers a revoked key and a wrong shard
    alike, so both are named, the likelier first."""
    return {
        "KeyRejected.not_accepted": (
            "Most likely the key was revoked or not copied whole: in Cliniko, open your name (top right), My Info, "
            "API Keys, choose New API Key and paste the new key into Routiq under Settings > Integrations > Cliniko. "
            "If the key is right, the shard may be wrong: we "
            f"asked {shard}. Compare it with the address in your browser while you are logged in to Cliniko."
        ),
        "NotPermitted.forbidden": (
            "The key has the rights of the person who made it, and that person may not see this. Log in to Cliniko "
            "as an administrator and create the key there."
        ),
        "VendorUnavailable.unknown_host": (
            f"There seems to be no Cliniko server for shard {shard}. Compare the shard with the address in your "
            "browser while you are logged in to Cliniko; if it is right, check the internet connection."
        ),
        "VendorUnavailable.unreachable": (
            f"Cliniko's server for shard {shard} did not take the connection. Try again in a minute; if it stays "
            "like this, check the internet connection and Cliniko's status page."
        ),
        "VendorUnavailable.timeout": "Cliniko is slow at the moment. Try again in a minute.",
        "RateLimited": (
            "Cliniko allows 200 requests a minute for all programs of one user together and has had enough for now. "
            "This goes on by itself within a minute."
        ),
        "WriteUncertain": "Look into the Cliniko calendar before booking again: the appointment may be there.",
        "WriteRefused": "Check in Cliniko that the patient, the practitioner and the appointment type still exist.",
    }


def not_administrator(role: str) -> str:
    """Advice for a key whose owner has another role."""
    return (
        f"The key was made by a user with the role “{role or 'unknown'}”. Log in to Cliniko as an administrator, "
        "create a key there (your name, top right, My Info, API Keys, New API Key) and paste that one."
    )


def not_bookable() -> str:
    """Advice when Cliniko offers no times for a combination; it does not say which switch is off."""
    switches = "; ".join(f"“{switch.label}” ({' > '.join(switch.path)})" for switch in GUIDE.switches)
    return (
        "In Cliniko, all of these must be on, the appointment type must be shown in online bookings, and the "
        f"practitioner must offer it at this location: {switches}."
    )


def in_words(error: PmsError, what: str) -> None:
    """Make the error of a change say what to do about it: ``what`` is ``move``, ``cancellation`` or
    ``registration``. A refusal names the fields that Cliniko did not take, in the words of its screens."""
    error.advice = (_REFUSED if isinstance(error, WriteRefused) else UNCERTAIN)[what]
    if not isinstance(error, WriteRefused):
        return
    named = list(dict.fromkeys(filter(None, (_words(field) for field in error.fields))))
    if named:
        listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
        error.message = f"Cliniko did not accept {listed}; nothing was changed."


def _words(field: str) -> str:
    """Empty for what is about the whole record (``base``) or has no name on a screen."""
    whole = field.split(".", 1)[0]
    return _FIELDS.get(whole) or _FIELDS.get(whole.removesuffix("_id"), "")
