"""Legal status apart from the text: dates, stays, delays, non-enforcement, and how documents act on each other."""
