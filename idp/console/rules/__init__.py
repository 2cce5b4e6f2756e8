"""What may be done by whom, and how lists are asked for: pure rules."""
