"""Whether equations between exact entries hold: the cascade, its evidence, its limits."""
