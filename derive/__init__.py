"""derive checks derivations: every step proved, or refuted with a counterexample."""
