"""What is counted, logged and traced of this process."""
