"""Who does not want to hear from the practice any more. Whatever sends messages asks here first (see
:mod:`routiq.consent.ledger`)."""
