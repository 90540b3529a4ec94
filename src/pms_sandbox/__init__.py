"""A sandbox of practice-management systems: one invented practice behind a vendor's own API.

Nothing here knows the product that is tested against it. The faces are Cliniko's REST API v1 and Nookal's v2.
"""

__version__ = "0.1.0"
