"""i-Cart: the portal of the school."""
