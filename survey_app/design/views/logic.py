"""Rules as sentences, and the map of the paths."""
