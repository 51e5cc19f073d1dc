"""The checker's adversary: random models, true claims on them, rewritings and breakages, and an oracle of its own.

    cd tests && python -m fuzzing --count 100000 --seed=0 --jobs 2

Data flows one way: `networks` -> `claims` -> `mutants` (by `rewritings` and `breakages`) -> `truth` says what holds,
`verdicts` what the program says of it -> `tally`. A mutant is a function of its seed and its number alone, so that
`--seed S --only K` shows it again.
"""
