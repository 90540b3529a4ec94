"""A sandbox of practice-management systems: one invented practice behind a vendor's own API.

Nothing here knows the product that is tested against it. The first face is Cliniko's REST API v1.
"""

__version__ = "0.1.0"
