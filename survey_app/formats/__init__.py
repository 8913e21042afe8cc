"""Other people's formats: a text or a file in, a questionnaire and an honest account of what became of it out.

Pure like the engine: no database, no pages, no network. What is read here is data, never instructions or markup.
"""
