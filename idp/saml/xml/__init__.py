"""XML documents: parsing, signatures, encryption."""
