"""What a document says of its own setting: declarations, its forward pass, its loss, shapes of which only one fits.

Data flows through the modules in this order: `spaces` (a set in words), `prose` (the words around a formula),
`gathering` (one pass over the document, which finds what is `gathered`), `names`, `passes` (which equations compute
what), `shapes` (what is not declared), `settings` (all of it as a setting).
"""

from derive.checking.inference.settings import Inference, infer

__all__ = ["Inference", "infer"]
