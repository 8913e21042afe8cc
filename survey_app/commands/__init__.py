"""Groups of commands for operators, beside those that stand in `cli` itself."""
