"""Pages of indicators and their dated weights."""
