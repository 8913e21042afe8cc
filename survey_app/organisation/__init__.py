"""The chain: its name, help phone, logo, colour, privacy text, regions and shops. Knows nothing of questionnaires."""
