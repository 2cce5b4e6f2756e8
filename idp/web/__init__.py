"""Pages: error handlers, headers, forms, languages, style."""
