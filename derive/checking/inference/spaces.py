r"""What a set says of its members, in the words of a setting: `\mathbb{R}^{D \times H}` is `D x H`."""

from collections.abc import Sequence

from derive.notation.names import canonical, unwrapped
from derive.notation.symbols import shown
from derive.notation.syntax import Dots, Formula, Group, List, Literal, Name, Script, Scripted, Sum, Syntax
from derive.records import dataclass

REALS = frozenset({"\\mathbb{R}", "R", "\\Re", "ℝ"})
WHOLE_NUMBERS = frozenset({"\\mathbb{N}", "\\mathbb{Z}", "\\mathbb{N}_{0}", "ℕ", "ℤ"})
SYMMETRIC = {"\\mathbb{S}": "symmetric", "\\mathcal{S}": "symmetric"}
POSITIVE = frozenset({"++", ">0", "{>0}", "\\gt0"})
NOT_NEGATIVE = frozenset({"+", "\\geq0", "\\ge0", "\\geqslant0", "*"})


@dataclass(frozen=True)
class SpaceWords:
    """A set in words: a kind, its dimensions by name, and what the words leave out of the set.

    `is_vector`: one dimension, of a vector that stands as the setting says. A kind `label` has the number of its
    classes as its dimension; `base` is where they are counted from. `wider`: the set is smaller than what is declared.
    """

    kind: str = ""
    dims: tuple[str, ...] = ()
    is_vector: bool = False
    base: int = 1
    wider: str = ""

    def declaration(self, vectors: str) -> str:
        """The declaration as it stands in a setting."""
        if self.kind == "label":
            return f"label of {self.dims[0]}"
        if self.kind == "labels":
            return "labels {} of {}".format(*self.dims)
        if not self.dims:
            return f"{self.kind} scalar".strip() if self.kind != "integer" else "integer"
        dims = self.dims
        if self.is_vector:
            dims = (dims[0], "1") if vectors == "column" else ("1", dims[0])
        return f"{self.kind} {' x '.join(dims)}".strip()

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of its dimensions; numbers are not names."""
        return tuple(dim for dim in self.dims if not dim.isdigit())


def space_words(content: List | None) -> SpaceWords | None:
    """What a right side of `x \\in …` or `x : …` says, or None where it is no set that is known here."""
    only = None if content is None else content.only
    if only is None or len(only.terms) != 1 or only.signs[0]:
        return None
    term = only.terms[0]
    if len(term.factors) > 1:
        dims = _dims(only)
        return None if dims is None or len(dims) != 2 else SpaceWords(dims=dims)
    factor = unwrapped(term.factors[0])
    if isinstance(factor, Group):
        return _set(factor)
    if isinstance(factor, Scripted) and isinstance(unwrapped(factor.base), Group):
        return _power_of_set(factor)
    return _numbers(factor)


def _numbers(factor: Syntax) -> SpaceWords | None:
    """ℝ, ℝ^n, ℝ^{m x n}, ℝ_+^n, ℕ, 𝕊^n."""
    base = canonical(unwrapped(factor.base) if isinstance(factor, Scripted) else factor).strip()
    scripts = factor.scripts if isinstance(factor, Scripted) else ()
    if base in WHOLE_NUMBERS:
        return SpaceWords("integer") if not any(script.kind == "sup" for script in scripts) else None
    kind, wider, dims = "", "", None
    for script in scripts:
        text = script.bare or canonical(script.content).strip()
        if text in POSITIVE:
            kind = "positive"
        elif text in NOT_NEGATIVE:
            wider = "values below zero are tried, too"
        elif script.kind != "sup" or dims is not None:
            return None
        else:
            dims = _dims_of_script(script)
            if dims is None:
                return None
    if base in SYMMETRIC and dims is not None and len(dims) == 1:
        return SpaceWords("positive definite" if kind else "symmetric", (*dims, *dims), wider=wider)
    if base not in REALS:
        return None
    return SpaceWords(kind, dims or (), is_vector=dims is not None and len(dims) == 1, wider=wider)


def _power_of_set(factor: Scripted) -> SpaceWords | None:
    """{0, 1}^n."""
    base = unwrapped(factor.base)
    inner = _set(base) if isinstance(base, Group) else None
    dims = _dims_of_script(factor.scripts[0]) if len(factor.scripts) == 1 else None
    if inner is None or dims is None or factor.scripts[0].kind != "sup":
        return None
    if inner.kind == "label":
        return SpaceWords("labels", (dims[0], inner.dims[0]), base=inner.base) if len(dims) == 1 else None
    return SpaceWords(inner.kind, dims, is_vector=len(dims) == 1, wider=inner.wider)


def _set(group: Group) -> SpaceWords | None:
    """{0, 1}, {1, …, C}, [C], (0, 1)."""
    entries = group.content.entries
    texts = ["" if entry.relations else canonical(entry.sides[0]).strip() for entry in entries]
    if len(entries) >= 3 and any(isinstance(entry.single_factor, Dots) for entry in entries) and group.kind == "{":
        return _classes(entries, texts)
    if group.kind == "[" and len(entries) == 1:
        name = dimension(entries[0].single_factor)
        return None if name is None else SpaceWords("label", (name,))
    if len(entries) != 2 or not all(_is_number(text) for text in texts):
        return None
    if group.kind == "(" and not texts[0].startswith("-"):
        return SpaceWords("positive", wider=f"values above {texts[1]} are tried, too")
    return SpaceWords(wider="any real number is tried")


def _classes(entries: Sequence[Formula], texts: list[str]) -> SpaceWords | None:
    """{1, …, C} counts from 1, {0, …, C-1} from 0."""
    last = entries[-1].sides[0]
    if texts[0] == "1" and last is not None:
        name = dimension(last.single_factor)
        return None if name is None else SpaceWords("label", (name,))
    if texts[0] != "0" or last is None:
        return None
    if texts[-1].isdigit():
        return SpaceWords("label", (str(int(texts[-1]) + 1),), base=0)
    name = _one_less(last)
    return None if name is None else SpaceWords("label", (name,), base=0)


def _one_less(last: Sum) -> str | None:
    """The C of `C - 1`."""
    if len(last.terms) != 2 or last.signs != ("", "-") or canonical(last.terms[1]).strip() != "1":
        return None
    factors = last.terms[0].factors
    return dimension(factors[0]) if len(factors) == 1 else None


def _dims_of_script(script: Script) -> tuple[str, ...] | None:
    only = None if script.content is None else script.content.only
    return None if only is None else _dims(only)


def _dims(only: Sum) -> tuple[str, ...] | None:
    """`n`, `m \\times n`: one or two dimensions."""
    if len(only.terms) != 1 or only.signs[0]:
        return None
    term = only.terms[0]
    if len(term.factors) > 2 or any(operator.kind not in ("TIMES", "STAR") for operator in term.operators):
        return None
    names = [dimension(factor) for factor in term.factors]
    return None if None in names else tuple(name for name in names if name is not None)


def dimension(factor: Syntax | None) -> str | None:
    """The name of a dimension, or its size in digits, as it stands in a setting."""
    factor = None if factor is None else unwrapped(factor)
    if isinstance(factor, Literal) and factor.text.isdigit():
        return factor.text
    base = unwrapped(factor.base) if isinstance(factor, Scripted) else factor
    if factor is None or not isinstance(base, Name):
        return None
    return shown(canonical(factor).strip())


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()
