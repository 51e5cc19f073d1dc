"""What the forward pass uses and nothing declares: what is certain of it, and an example of what may be."""

from collections.abc import Sequence
from dataclasses import field, replace

from derive.checking.inference.declaring import key_of
from derive.checking.inference.gathered import Equation, Gathered
from derive.checking.inference.names import named, spelled
from derive.checking.inference.passes import ForwardPass
from derive.checking.inference.shapes import Fit, Fitting, TooMany, certain, shapes_of, use_of, with_equation
from derive.errors import FormulaError
from derive.expressions.shapes import SCALAR, Dim
from derive.notation.names import canonical
from derive.notation.symbols import Given, SymbolTable
from derive.records import dataclass


@dataclass
class Unknowns:
    """`certain` meanings by name; `possible`: for a name of which several fit, one of them in words."""

    gathered: Gathered
    found: ForwardPass
    vectors: str
    certain: dict[str, Given] = field(default_factory=dict)
    possible: dict[str, str] = field(default_factory=dict)

    def settle(self, table: SymbolTable, order: Sequence[str]) -> bool:
        """Whether the last of some names is a scalar, and all that they need is certain. What is certain is kept."""
        equations = [self.found.equations[name] for name in order]
        use = use_of(equations, self._parameters())
        known = shapes_of(table)
        for count in range(len(equations), 0, -1):
            is_whole = count == len(equations)
            fits = self._fits(table, equations[:count], is_whole=is_whole)
            if not fits:
                continue
            meanings = certain(fits, known, use, self.vectors)
            self.certain.update(meanings)
            missing = [key for key in fits[0].meanings if key not in meanings]
            for key in missing:
                plainest = sorted(fits, key=lambda fit: fit.broadcasts)
                self.possible[key] = _example([fit.meanings[key] for fit in plainest if key in fit.meanings])
            return is_whole and not missing
        return False

    def _fits(self, table: SymbolTable, equations: Sequence[Equation], *, is_whole: bool) -> list[Fit]:
        """Every fit; of the whole forward pass only those in which the loss is a scalar."""
        sized = self._sized(table)
        use = use_of(equations, self._parameters())
        told = self.gathered.told - frozenset(spelled(equation.key for equation in self.found.values))
        fitting = Fitting(list(sized.dims.values()), self.gathered.letters, told, use)
        try:
            return [
                fit for fit in fitting.fits(sized, equations, {}) if not is_whole or _is_scalar(fit, equations[-1].key)
            ]
        except TooMany:
            return []

    def _parameters(self) -> set[str]:
        """The names by which the document differentiates."""
        variables = [item.by for item in self.gathered.differentiated if item.by is not None]
        return {named(node, self.found.spellings) or canonical(node).strip() for node in variables}

    def _sized(self, table: SymbolTable) -> SymbolTable:
        """The table with the dimensions that sums name and nothing else does."""
        dims = dict(table.dims)
        for name in self.gathered.ranges.values():
            key = key_of(name)
            if not name.isdigit() and table.find_dim(key) is None and key not in dims:
                taken = {dim.size for dim in dims.values()}
                dims[key] = Dim(next(size for size in range(2, 90) if size not in taken), name)
        return replace(table, dims=dims)


def _is_scalar(fit: Fit, name: str) -> bool:
    key = fit.table.find(name)
    return key is not None and shapes_of(fit.table).get(key) == SCALAR


def words_of(meaning: Given) -> str:
    """A meaning as its declaration."""
    if meaning.kind != "labels":
        return str(meaning.shape)
    if meaning.shape.is_scalar:
        return f"label of {meaning.classes}"
    return f"labels {meaning.shape.rows} of {meaning.classes}"


def dims_of(meaning: Given) -> list[str]:
    """The names of the dimensions of a meaning."""
    classes = [] if meaning.classes is None else [str(meaning.classes)]
    return [*(str(dim) for dim in meaning.shape.dims if not dim.is_unit), *classes]


def _example(meanings: Sequence[Given]) -> str:
    """A declaration to show as an example: the first that is a matrix in known dimensions."""
    words = [words for words in map(words_of, meanings) if "?" not in words and " x " in words]
    return next((text for text in words if "1" not in text.split()), words[0] if words else "")


def readable(table: SymbolTable, found: ForwardPass, order: Sequence[str]) -> list[str]:
    """Those of some names, each behind those that it needs, whose equations can be read."""
    kept = []
    for name in order:
        try:
            grown, _ = with_equation(table, found.equations[name])
        except FormulaError:
            continue
        if grown is not table:
            table = grown
            kept.append(name)
    return kept
