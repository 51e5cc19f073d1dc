"""How long a verdict takes, beside what people use instead. `python tests/benchmarks` measures everything."""
