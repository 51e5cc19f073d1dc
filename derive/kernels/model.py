"""The model that a kernel is made from: no two dimensions of one size, so that each keeps its own name."""

from dataclasses import replace

from derive.documents.document import Setting
from derive.errors import DocumentError
from derive.expressions.tree import Node
from derive.expressions.walk import walk
from derive.models import Model, build_model
from derive.notation.symbols import Computed


def with_sizes_of_any_choice(setting: Setting) -> Setting:
    """A setting whose sizes are left open, but for those that say how many names there are. Raises `DocumentError`."""
    depths = build_model(setting).table.depths
    dims = {name: (size if name in depths else None, text) for name, (size, text) in setting.dims.items()}
    return replace(setting, dims=dims)


def model_of_any_size(setting: Setting) -> Model:
    """The model of a setting with sizes of its own choice. Raises `DocumentError`.

    Where the setting needs two dimensions to have one size, or says something else at its sizes, as in `A^2` of an
    array that is square there and not at others, its own sizes stay.
    """
    own = build_model(setting)
    try:
        free = build_model(with_sizes_of_any_choice(setting))
    except DocumentError:
        return own
    return free if _said(free) == _said(own) else own


def _said(model: Model) -> dict[str, list[type[Node]]]:
    """What each name of a model is made of, whatever the sizes."""
    return {
        name: [type(part) for part in walk(meaning.value)]
        for name, meaning in model.table.meanings.items()
        if isinstance(meaning, Computed) and meaning.value is not None
    }
