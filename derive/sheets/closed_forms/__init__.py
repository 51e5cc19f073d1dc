"""Closed forms that everybody knows, each proposed in the names of a model and taken only where it is proved.

`place` says what is asked and what the model has for it; `losses`, `activations`, `normalisation` and `matrices` are
the known forms; `catalogue` lists them and chooses; `equality` is the proof.
"""

from derive.sheets.closed_forms.catalogue import CATALOGUE, Recognised, fused, place_of, preferred, recognised
from derive.sheets.closed_forms.equality import Equality
from derive.sheets.closed_forms.known import KnownForm
from derive.sheets.closed_forms.place import Place

__all__ = ["CATALOGUE", "Equality", "KnownForm", "Place", "Recognised", "fused", "place_of", "preferred", "recognised"]
