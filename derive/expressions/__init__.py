"""The one tree of expressions: nodes with shapes, walking, printing."""
