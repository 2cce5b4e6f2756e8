"""The metrics endpoint: what the processes have counted, and what is read of the database."""
