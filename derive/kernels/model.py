"""The model that a kernel is made from: no two dimensions of one size, so that each keeps its own name."""

from dataclasses import replace

from derive.documents.document import Setting
from derive.errors import DocumentError
from derive.models import Model, build_model


def model_of_any_size(setting: Setting) -> Model:
    """The model of a setting with sizes of its own choice; those that say how many names there are stay.

    Where the setting needs two dimensions to have one size, its own sizes stay. Raises `DocumentError`.
    """
    model = build_model(setting)
    dims = {name: (size if name in model.table.depths else None, text) for name, (size, text) in setting.dims.items()}
    try:
        return build_model(replace(setting, dims=dims))
    except DocumentError:
        return model
