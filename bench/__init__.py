"""Figures that the project claims, measured with other tools in the same run. `python -m bench` runs all of it."""
