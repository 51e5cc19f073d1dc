"""The model of a setting, built once for each content where a memory is at hand."""

from derive.certificates import key_of
from derive.checking.memory import Memory
from derive.documents.document import Setting
from derive.models import Model, build_model


def built(setting: Setting, memory: Memory | None, *, at_other_sizes: bool = False) -> Model:
    """The model that a setting describes. Raises `DocumentError` where it cannot be used."""
    if memory is None:
        return build_model(setting, at_other_sizes=at_other_sizes)
    key = "model", key_of(setting), setting.indices, at_other_sizes
    known: Model | None = memory.recall(key)
    if known is None:
        known = build_model(setting, at_other_sizes=at_other_sizes)
        memory.keep(key, known)
    return known
