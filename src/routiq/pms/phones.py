"""Phone numbers as the vendors hold them, made comparable: E.164 or nothing."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

#: What people write between the digits.
_BETWEEN = {ord(mark): None for mark in " ()-."}
#: Country codes of Australia and New Zealand.
_HERE = (61, 64)
_NOT_DIGITS = re.compile(r"\D+")


def e164(number: str, normalised: str = "", region: str = "AU") -> str:
    """``+61491570006``, or empty when neither form is a valid number.

    ``normalised`` is the vendor's own reading (country code and digits, no plus) and is believed when it is
    valid; otherwise ``number``, as typed, is read as one of ``region`` (ISO 3166 alpha-2).
    """
    digits = _NOT_DIGITS.sub("", normalised)
    if digits:
        if _is_plain(digits, region):
            return f"+{digits}"
        parsed = _parsed(f"+{digits}", None)
        if parsed:
            return parsed
    return _at_home(number, region) or _parsed(number, region) if number else ""


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 is a mobile of Australia or New Zealand."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return parsed.country_code in _HERE and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE


def _parsed(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_plain(digits: str, region: str) -> bool:
    """Is this an everyday number of the practice's own country? By the library's own tables, at a tenth of
    the cost of its parser: most numbers of a practice are."""
    code, national, _ = _everyday(region)
    return bool(code) and digits.startswith(code) and national.fullmatch(digits, len(code)) is not None


def _at_home(number: str, region: str) -> str:
    """``0491 570 006`` and ``+61 491 570 006`` as E.164 where they are everyday numbers; empty for all else."""
    digits = number.translate(_BETWEEN)
    if digits.startswith("+"):
        plain = digits[1:]
    else:
        code, _, prefix = _everyday(region)
        if not prefix or not digits.startswith(prefix) or digits.startswith(prefix * 2):
            return ""
        plain = f"{code}{digits[len(prefix) :]}"
    return f"+{plain}" if plain.isascii() and plain.isdigit() and _is_plain(plain, region) else ""


@lru_cache(maxsize=256)
def _everyday(region: str) -> tuple[str, re.Pattern[str], str]:
    """The country's code, how its everyday numbers are written after it, and what stands before them at home."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or not metadata.country_code:
        return "", re.compile("(?!)"), ""
    kinds = [metadata.mobile, metadata.fixed_line]
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    national = re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)")
    return str(metadata.country_code), national, metadata.national_prefix or ""
