"""What the answers say: the dataset (the only reader of answers), measures, frozen figures, charts, the result page."""
