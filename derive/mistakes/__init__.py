"""The mistakes that people make in derivations, one file each: what it looks like, why it is wrong, how to repair it.

A mistake turns a wrong formula into those that would be right if it were this mistake. Nothing is named here: that
needs a proof of the repaired claim (`derive.checking.diagnosing`). `catalogue` holds them all, in the order in which
they are tried.
"""
