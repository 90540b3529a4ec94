"""What the patient's words mean: text in, typed commands out. Decides nothing and does nothing (law 4)."""
