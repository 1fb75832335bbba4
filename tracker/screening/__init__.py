"""Names checked against the lists of restricted parties as they are stored."""
