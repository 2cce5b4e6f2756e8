"""Letters with provisional passwords."""
