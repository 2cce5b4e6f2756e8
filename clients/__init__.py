"""Three relying parties of a school: i-Cart, Pronote, Téléservices. They know the provider by its address only."""
