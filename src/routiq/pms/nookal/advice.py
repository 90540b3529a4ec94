"""What people are told when Nookal says no, in the words of the screen it sends them to."""

from __future__ import annotations

_KEYS = "Practice > Setup > API Keys (in older accounts Setup > Connections > API Keys)"

#: Advice by error code, or by class name.
ADVICE = {
    "KeyRejected.not_accepted": (
        f"In Nookal, open {_KEYS} and check that the key's Status is Enabled. If it was just switched on again, wait "
        "about 30 seconds and try once more. Otherwise choose Generate API Key, tick every location, switch Status "
        "to Enabled, Save Changes, copy the new key whole and paste it into Routiq under Settings > Integrations > "
        "Nookal."
    ),
    "KeyRejected.no_locations": (
        f"In Nookal, open {_KEYS}, edit this key, tick every location that Robyn shall book into and Save Changes. "
        "Then try again here."
    ),
    "NotPermitted.forbidden": (
        f"In Nookal, open {_KEYS} and check that the key's Status is Enabled and that API access is part of your "
        "plan."
    ),
    "NotBookableOnline": (
        "In Nookal, the practitioner and the service must exist at this location, be active, and be enabled for "
        f"online booking. Is the location itself missing here? Open {_KEYS}, edit the key, tick the location and "
        "Save Changes."
    ),
    "VendorUnavailable.failed": (
        "Nookal could not give these data just now, although the key is good. We keep trying; if it stays like this, "
        "contact Nookal's support."
    ),
    "VendorUnavailable.unknown_host": (
        "Nookal's server cannot be found. Check the internet connection and try again in a minute."
    ),
    "VendorUnavailable.unreachable": (
        "Nookal's server did not take the connection. Try again in a minute; if it stays like this, check the "
        "internet connection."
    ),
    "VendorUnavailable.timeout": "Nookal is slow at the moment. Try again in a minute.",
    "RateLimited": "This goes on by itself, and we ask more gently for a while.",
    "WriteUncertain": "Look into Nookal before doing it again: it may have been done.",
    "WriteRefused": (
        "Check in Nookal that the time is still free, that the patient, the practitioner and the service exist at "
        "this location, and that practitioner and service are enabled for online booking. Nookal does not tell us "
        "which services are: leave one that is not to your team, in Routiq under Settings > Front desk."
    ),
    "VendorChanged.not_done": (
        "Nookal answered that it was done, but it was not. Look into the Nookal diary and make the change there."
    ),
    "VendorChanged.garbled": (
        "Nookal stored the name with wrong letters. Open the patient in Nookal and correct the name."
    ),
    "VendorChanged.time_zone": (
        "Open the location in Nookal and set its time zone; without it no appointment there has a certain time."
    ),
}
