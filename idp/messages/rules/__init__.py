"""Rules of deliveries: pauses, and when a message is given up."""
