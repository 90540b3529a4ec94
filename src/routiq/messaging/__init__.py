"""Text messages to patients: stored with what they tell of, sent by a worker, each at most once. What they say is
said above."""
