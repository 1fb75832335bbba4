"""What the command line, the viewer, its API and assistants answer alike: one function for each answer."""
