"""The practice behind Nookal's REST API v2."""
