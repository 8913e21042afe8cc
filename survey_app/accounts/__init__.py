"""Staff: who may do what. Knows nothing of questionnaires and answers."""
