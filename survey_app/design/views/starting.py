"""A new questionnaire: empty, from text, from the library, from a copy."""
