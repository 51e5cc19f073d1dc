"""Variants of an exercise: the same kind of exercise for each student, none like another."""

from derive.sheets.variants.variant import ASPECTS, variant_of

__all__ = ["ASPECTS", "variant_of"]
