"""The invented practice: people, places, rosters and visits, the same for the same seed, size and day."""
