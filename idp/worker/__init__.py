"""The worker: deliveries, long work and housekeeping."""
