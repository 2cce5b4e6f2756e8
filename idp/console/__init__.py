"""The console: what a school and the academy do with people, services, keys and the record of it all."""
