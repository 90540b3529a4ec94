"""The Cliniko face: its REST API v1 over the invented practice."""
