"""What is done about it: deterministic flows over plain state, asking before they act (law 4)."""
