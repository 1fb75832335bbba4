"""Full-text search over all stored versions: the index, and the parsing of queries."""
