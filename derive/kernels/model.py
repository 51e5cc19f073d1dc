"""The model that a kernel is made from: no two dimensions of one size, so that each keeps its own name."""

from dataclasses import replace

from derive.documents.document import Setting
from derive.errors import DocumentError
from derive.models import Model, build_model


def with_sizes_of_any_choice(setting: Setting) -> Setting:
    """A setting whose sizes are left open, but for those that say how many names there are. Raises `DocumentError`."""
    depths = build_model(setting).table.depths
    dims = {name: (size if name in depths else None, text) for name, (size, text) in setting.dims.items()}
    return replace(setting, dims=dims)


def model_of_any_size(setting: Setting) -> Model:
    """The model of a setting with sizes of its own choice. Raises `DocumentError`.

    Where the setting needs two dimensions to have one size, its own sizes stay.
    """
    try:
        return build_model(with_sizes_of_any_choice(setting))
    except DocumentError:
        return build_model(setting)
