"""Cliniko, as one gateway: https://docs.api.cliniko.com."""
