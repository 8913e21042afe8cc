"""What people answered: ballots, responses, comments, drafts. Knows nothing about persons (privacy.md 1, 3)."""
