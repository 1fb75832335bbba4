"""Full-text search over all stored versions: the index, and what a query asks for."""
