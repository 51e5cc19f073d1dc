r"""Examples that are rows or columns of a matrix: the x_i of `\sum_{i=1}^n (y_i - x_i^T \beta)^2` beside an n x p X.

The letter of an example is that of the matrix, small. Its index runs along one side of the matrix alone, and it stands
transposed or behind something transposed, as no number does.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from derive.checking.inference.names import index_letters
from derive.errors import FormulaError
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.numbering import TRANSPOSES
from derive.notation.scripting import name_and_scripts
from derive.notation.syntax import List, Scripted, Syntax, Term, nodes


def examples(
    bodies: Iterable[List], shapes: Mapping[str, tuple[str, str]], ranges: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Each name of examples, `x_{i}`, with its matrix and whether that holds it as a `row` or a `column`.

    `shapes` are those of the matrices by their names, `ranges` the dimensions along which letters run.
    """
    matrices = _by_small_letters(shapes)
    for key in dict.fromkeys(name for body in bodies for name in _vectors(body)) if matrices else ():
        base, letters = index_letters(key)
        matrix = matrices.get(plain(base))
        count = ranges.get(letters[0]) if len(letters) == 1 else None
        if matrix is None or count is None:
            continue
        rows, columns = shapes[matrix]
        if (rows == count) != (columns == count):
            yield key, matrix, "row" if rows == count else "column"


def small_entries(
    bodies: Iterable[List], shapes: Mapping[str, tuple[str, str]], known: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Each name `w_{ij}` with the matrix of which it is an entry: W, where nothing else has that letter."""
    matrices = _by_small_letters(shapes)
    scripted = (node for body in bodies for node in nodes(body) if isinstance(node, Scripted)) if matrices else ()
    for key in dict.fromkeys(name for node in scripted for name in _name(node)):
        base, letters = index_letters(key)
        matrix = matrices.get(plain(base)) if len(letters) == 2 and letters[0] != letters[1] else None
        if matrix is not None and free_of(known, base):
            yield key, matrix


def _by_small_letters(shapes: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    """The matrices that are called by one capital letter, by the small one."""
    letters = {plain(key): key for key in shapes}
    return {letter.lower(): key for letter, key in letters.items() if len(letter) == 1 and letter.isupper()}


def _vectors(content: List) -> Iterator[str]:
    """The names with one index that stand transposed, or directly behind something that does."""
    for node in nodes(content):
        if isinstance(node, Scripted) and _is_transposed(node):
            yield from _name(node)
        elif isinstance(node, Term):
            for before, factor in zip(node.factors, node.factors[1:], strict=False):
                if isinstance(before, Scripted) and _is_transposed(before):
                    yield from _name(factor)


def _name(node: Syntax) -> Iterator[str]:
    """The canonical name of a base with its subscript."""
    try:
        found = name_and_scripts(node) if isinstance(unwrapped(node), Scripted) else None
    except FormulaError:
        return
    if found is not None and found[1].sub is not None and not found[1].primes:
        yield f"{found[0].text}_{{{canonical(found[1].sub).strip()}}}"


def _is_transposed(node: Scripted) -> bool:
    scripts = node.scripts
    return any(script.kind == "transpose" or canonical(script.content).strip() in TRANSPOSES for script in scripts)


def free_of(names: Collection[str], base: str) -> bool:
    """Whether nothing of some names is a name with this base."""
    return all(plain(index_letters(name)[0]) != plain(base) for name in names)
