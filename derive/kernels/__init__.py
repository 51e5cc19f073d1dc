"""Numeric kernels: the forward pass, the loss and the derivatives of a model as array programs for any sizes.

`program` says what is computed, in the names of the model; `lowering` turns its trees into `operations` on arrays.
`algebra` makes these, and `rules` keep them stable and few: `identities`, `sigmoids`, `logarithms`, `overflow`,
`vanishing`, `sums`, `matrices`, `moves`. `scheduling` puts them in order and reuses memory; `writing` prints a module.
`reference` is the ground on which all of it is tested: SymPy's exact entries, lambdified.
"""
