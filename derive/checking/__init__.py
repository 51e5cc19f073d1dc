"""Steps, conventions, verdicts: what is said of each relation of a document."""
