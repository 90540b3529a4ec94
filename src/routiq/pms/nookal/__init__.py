"""Nookal: RPC by forms, numbers and flags as text, pages by number, no webhooks."""
