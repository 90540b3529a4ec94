"""Routiq: a receptionist that works in a clinic's own practice management system."""

__version__ = "0.1.0"
