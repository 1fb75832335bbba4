"""Views of documents for later stages: identity, names, and the text that the rules read; documents with labels."""
