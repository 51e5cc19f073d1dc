"""The setting: what is declared, what is computed, which sizes are checked."""

from derive.models.model import Model, build_model

__all__ = ["Model", "build_model"]
