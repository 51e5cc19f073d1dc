"""Names of a document -> identifiers of a program: letters, digits and underscores alone, no two names one identifier.

`W_{1}` becomes `W_1`, `\\hat{y}` `y_hat`, `\\mathbf{W}^{[2]}` `W_2`, `\\lambda` `lambda_`, since `lambda` is a word of
Python. Nothing of a name's text is kept but ASCII letters and digits.
"""

import builtins
import keyword
import re
from collections.abc import Iterable
from itertools import chain, count

ACCENTS = {"hat", "tilde", "bar", "vec", "dot", "ddot", "widehat", "widetilde", "overline", "check", "breve"}
FONTS = {
    "mathbf", "boldsymbol", "mathrm", "mathit", "mathsf", "mathtt", "mathcal", "mathbb", "mathfrak", "mathscr", "bm",
    "text", "textbf", "textit", "operatorname", "vec",
}  # fmt: skip
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip

_COMMAND = re.compile(r"\\([A-Za-z]+)\s*\{([^{}]*)\}")
_TOKEN = re.compile(r"\\?[A-Za-z]+|\d+|'")
_RESERVED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins))


class Identifiers:
    """Gives each name an identifier of its own; `taken` are those that a module needs for itself."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._given: dict[object, str] = {}

    def copy(self) -> "Identifiers":
        """The same identifiers, to which others can be added."""
        other = Identifiers(self._taken)
        other._given = dict(self._given)
        return other

    def of(self, key: object, wanted: str) -> str:
        """The identifier of something, as wanted where that is free, always the same one."""
        if key not in self._given:
            self._given[key] = self.fresh(wanted)
        return self._given[key]

    def fresh(self, wanted: str) -> str:
        """An identifier that nothing has."""
        wanted = f"{wanted}_" if wanted in _RESERVED else wanted
        candidates = chain((wanted,), (f"{wanted}_{number}" for number in count(2)))
        found = next(one for one in candidates if one not in self._taken)
        self._taken.add(found)
        return found


def identifier_of(name: str) -> str:
    """What a canonical LaTeX name is called in code; it may be a word that is taken."""
    text = name.split(" for every ", maxsplit=1)[0]
    for letter, word in GREEK.items():
        text = text.replace(letter, f" {word} ")
    while (changed := _COMMAND.sub(_without_braces, text)) != text:
        text = changed
    words = [word.removeprefix("\\") for word in _TOKEN.findall(text)]
    words = ["prime" if word == "'" else word for word in words if word not in FONTS]
    found = "_".join(_joined(words))
    return found if found and not found[0].isdigit() else f"v_{found}".rstrip("_")


def _without_braces(match: re.Match[str]) -> str:
    """`\\hat{y}` as `y hat`, `\\mathbf{W}` as `W`."""
    command, inside = match.groups()
    return f" {inside} {command} " if command in ACCENTS else f" {inside} "


def _joined(words: list[str]) -> list[str]:
    return [word for word in words if re.fullmatch(r"[A-Za-z0-9]+", word)]
