"""Other providers, each set up for the same flow by files of its own here. One that cannot be installed is left out."""
