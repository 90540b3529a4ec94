"""The REST API under ``/api/v1``: what the pages serve, for programs. One token opens one practice."""
