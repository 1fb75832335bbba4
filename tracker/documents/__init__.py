"""Documents as later stages see them: identity, names, and the views of their text that rules read."""
