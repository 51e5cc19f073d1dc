"""Solution sheets: an exercise -> its derivation, line by line proved -> blocks that writers arrange.

`derivation` finds the lines, `proving` holds each against the checker, `sheet` puts the blocks in order.
"""
