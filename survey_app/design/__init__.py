"""Drafting and publishing questionnaires: the draft, the frozen versions, the library. Knows nothing of answers."""
