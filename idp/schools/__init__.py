"""What a school shows of itself: its office, its brand, its note for families."""
