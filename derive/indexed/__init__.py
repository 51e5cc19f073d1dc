"""The index normal form: equations between expressions in indexed quantities, proved for every dimension at once.

A dimension is a name here and has no size. Data flows through the modules in this order:

* `heads` (what a factor is an entry of), `monomials` (a product with its summed indices numbered canonically),
  `relations` and `facts` (when a product is another sum), `algebra` (sums of products);
* `functions` (powers, exponentials, steps of sums), `replacement` (what is put in for a head), `differentiation`;
* from expressions to forms: `context` (how shapes become slots), `names`, `positions` (indices and ranges),
  `conditions`, `jacobians`, `lowering` (a rule for each node);
* `totality` (where a form has a value) and `prover` (which names are opened, and when two forms are equal).
"""
