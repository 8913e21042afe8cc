"""What a questionnaire is: pure Python, knows neither the web nor the database.

A definition is loaded from YAML or JSON (`loading`), holds typed questions (`question_types`), and answers every question
the rest of the program has about it: which questions apply (`routing`), whether an answer is acceptable (`validation`),
what the columns of the data are (`codebook`), what a score is (`scoring`) and whether it may be published (`review`).
"""
