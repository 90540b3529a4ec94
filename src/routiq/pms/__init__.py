"""The outside systems, behind one gateway. Nothing above this room knows which vendor it talks to."""
