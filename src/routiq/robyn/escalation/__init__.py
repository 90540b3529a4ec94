"""When a conversation goes to people, to whom, and how they hear of it."""
