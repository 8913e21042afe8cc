"""The translation table."""
