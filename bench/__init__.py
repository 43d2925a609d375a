"""Measuring against gold data and other tools."""
