"""An example of what others can add to tracker by entry points."""
