"""Figures that the project claims, measured beside others in the same run. `python -m bench` runs all of it."""
