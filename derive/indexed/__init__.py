"""The index normal form: equations between expressions in indexed quantities, proved for every dimension at once.

A dimension is a name here and has no size. Data flows through the modules in this order: `heads` (what a factor is an
entry of), `monomials` (canonical products with bound indices), `algebra` (sums of them, and the functions of them),
`relations` (when a product with a reciprocal or a step is another sum), `differentiation`, `lowering` (expression to
form), `prover` (which names are opened, and when two forms are equal).
"""
