"""Téléservices: what a guardian files for a child (bourse, orientation), and the contact details of the family."""
