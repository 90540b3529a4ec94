"""What people are told when Cliniko says no, in the words of the screen it sends them to."""

from __future__ import annotations

from routiq.pms.cliniko.guide import GUIDE


def advice(shard: str) -> dict[str, str]:
    """Advice by error code, for an account on ``shard``. Cliniko answers a revoked key and a wrong shard
    alike, so both are named, the likelier first."""
    return {
        "KeyRejected.not_accepted": (
            "Most likely the key was revoked or not copied whole: in Cliniko, open your name (top right), My Info, "
            "API Keys, choose New API Key and paste the new key. If the key is right, the shard may be wrong: we "
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
