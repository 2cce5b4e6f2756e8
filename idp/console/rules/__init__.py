"""Pure rules of the console: rights, searches and lists, and the words of codes."""
