r"""The declarations of a text as a setting has them: `y_i \in \{1, …, C\}`, i = 1, …, N, is `y: labels N of C`."""

import re
from collections.abc import Collection, Iterable
from dataclasses import field, replace

from derive.checking.inference.gathered import Declared, Gathered, Sign
from derive.checking.inference.names import index_letters, spelled, used
from derive.checking.inference.prose import called_structure, in_one_sentence, is_called_one_hot, is_called_scalar
from derive.checking.inference.rows import examples, free_of, small_entries
from derive.checking.inference.spaces import SpaceWords
from derive.documents.document import Passage
from derive.errors import FormulaError
from derive.models.declarations import Undeclarable, read_declaration
from derive.models.members import read_member
from derive.notation.names import plain, read_name
from derive.notation.symbols import shown
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.records import dataclass
from derive.source import Text

INDEX_LETTERS = frozenset("ijklmn")
_LETTER = re.compile(r"_\{([a-z])\}$|^[^_^]+\^\{\(([a-z])\)\}$")
_OPEN_LAYER = re.compile(r"\^\{[(\[][^{}]*[A-Za-z][^{}]*[)\]]\}")


@dataclass(frozen=True)
class DeclaredName:
    """A name with its declaration in words, why it has it, and the sign of the document that says so, if one does."""

    key: str
    declaration: str
    because: str
    at: Text
    sign: Sign | None = None


@dataclass
class Declarations:
    """What a text declares; `dims` are the dimensions that it names, with their places; `withheld` are the signs of
    declarations of one vector for each value of an index, which is none of one vector.

    `taken` have their meaning already, `abbreviations` in this very spelling alone. A name is declared by what the text
    says first, of what it says of it outright; what it says of every such name, as in `for all $x \\in \\mathbb{R}$`,
    counts where it says nothing else.
    """

    gathered: Gathered
    taken: Collection[str]
    abbreviations: Collection[str]
    known_dims: Collection[str]
    vectors: str
    names: dict[str, DeclaredName] = field(default_factory=dict)
    dims: dict[str, Text] = field(default_factory=dict)
    withheld: dict[Sign, str] = field(default_factory=dict)

    def read(self, passages: Iterable[Passage]) -> None:
        """Reads all that was gathered, then the words around single names."""
        closed = spelled(self.taken)
        for item in sorted(self.gathered.declared, key=lambda item: item.is_quantified):
            found = self._name(item)
            if found is not None and self._is_new(found.key, closed):
                self.names[found.key] = found
                for size in item.space.sizes:
                    self.dimension(size, item.at)
        for known in self.gathered.maps:
            if self._is_new(known.key, closed):
                words = f"function {known.dims[0]} -> {known.dims[1]}" if known.dims else "function"
                because = "the text says between which spaces it maps"
                if _is_read(words):
                    self.names[known.key] = DeclaredName(known.key, words, because, known.at)
                    for size in known.dims:
                        self.dimension(size, known.at)
        for key, at in self.gathered.symmetric:
            self._give_structure(key, "symmetric", at)
        for number, passage in enumerate(passages):
            if passage.kind == "inline":
                self._words_around(passage, closed)
                self._structure_around(number, passage)
        self._examples(closed)
        self._without_sizes()

    def _is_new(self, key: str, closed: Collection[str]) -> bool:
        return plain(key) not in closed and key not in self.abbreviations and key not in self.names

    def dimension(self, name: str, at: Text) -> None:
        """Notes a dimension that the text names."""
        known = {plain(key) for key in (*self.known_dims, *map(key_of, self.dims))}
        if not name.isdigit() and plain(key_of(name)) not in known:
            self.dims[name] = at

    def _without_sizes(self) -> None:
        """`n \\in \\mathbb{N}` says nothing of a dimension that is not so."""
        sizes = {plain(key_of(name)) for name in (*self.known_dims, *self.dims, *self.gathered.ranges.values())}
        self.names = {
            key: item for key, item in self.names.items() if item.declaration != "integer" or plain(key) not in sizes
        }

    def _name(self, item: Declared) -> DeclaredName | None:
        """What one declaration declares: a name, or that of the whole where it is one of its entries, `y_i`."""
        if self._is_one_of_many(item):
            family = self._family(item)
            if family is None and item.sign is not None:
                self.withheld[item.sign] = item.key
            return family
        if _OPEN_LAYER.search(item.key) or self._is_index(item):
            return None
        key, space = item.key, item.space
        if space.kind == "positive" and not space.dims and item.key in self.gathered.compared:
            space = replace(space, kind="", wider="formulas ask for its sign, so values below zero are tried, too")
        base, letters = index_letters(key)
        if letters and all(letter in self.gathered.letters for letter in letters):
            whole = self._whole(space, letters, item.at)
            if whole is None:
                return None
            key, space = base, whole
        declaration = space.declaration(self.vectors)
        because = item.because + (f"; {space.wider}" if space.wider else "")
        return DeclaredName(key, declaration, because, item.at, item.sign) if _is_read(declaration) else None

    def _is_index(self, item: Declared) -> bool:
        """Whether a letter runs over a range: nothing is declared then."""
        is_set = not item.space.kind and not item.space.dims and bool(item.space.wider)
        is_range = (item.space.kind in ("label", "integer") or is_set) and not index_letters(item.key)[1]
        return is_range and (item.key in INDEX_LETTERS or item.key in self.gathered.indexing)

    def _is_one_of_many(self, item: Declared) -> bool:
        """Whether a letter that runs over a range stands at a name whose values are vectors: `x_i`, `x^{(i)}`."""
        letters = index_letters(item.key)[1]
        is_member = bool(letters) and all(letter in self.gathered.letters for letter in letters)
        is_example = any(f"^{{({letter})}}" in item.key for letter in self.gathered.letters)
        return is_example or (is_member and bool(item.space.dims) and item.space.kind != "label")

    def _family(self, item: Declared) -> DeclaredName | None:
        """`x_i: d x 1 for i of N`, where the range of the letter is known."""
        found = _LETTER.search(item.key)
        count = None if found is None else self.gathered.ranges.get(found[1] or found[2])
        if (
            found is None
            or count is None
            or item.space.kind not in ("", "positive")
            or self._is_beside_matrix(item.key)
        ):
            return None
        self.dimension(count, item.at)
        words = f"{item.space.declaration(self.vectors)} for {found[1] or found[2]} of {count}"
        return DeclaredName(item.key, words, item.because, item.at, item.sign) if _is_read(words) else None

    def _is_beside_matrix(self, key: str) -> bool:
        """Whether there is an X beside the `x_i`, of which they may be parts: the step itself says which."""
        base = plain(key.split("_", maxsplit=1)[0].split("^", maxsplit=1)[0])
        known = {plain(name) for name in (*self.taken, *(item.key for item in self.gathered.declared))}
        return len(base) == 1 and base.islower() and base.upper() in known

    def _whole(self, space: SpaceWords, letters: tuple[str, ...], at: Text) -> SpaceWords | None:
        """The space of what has entries in a space, one for each value of the letters, where their ranges are known."""
        ranges = [self.gathered.ranges[letter] for letter in letters if letter in self.gathered.ranges]
        if len(ranges) != len(letters) or len(ranges) > 2:
            return None
        for name in ranges:
            self.dimension(name, at)
        if space.kind == "label":
            return replace(space, kind="labels", dims=(ranges[0], space.dims[0])) if len(ranges) == 1 else None
        kind = "" if space.kind == "integer" else space.kind
        return replace(space, kind=kind, dims=tuple(ranges), is_vector=len(ranges) == 1)

    def _examples(self, closed: Collection[str]) -> None:
        """The examples that are rows or columns of a matrix which the text declares."""
        bodies = [body for _, body in self.gathered.bodies]
        told = [*self.gathered.told, *self.names, *closed]
        for key, matrix, along in examples(bodies, self._shapes(), self.gathered.ranges):
            if free_of(told, index_letters(key)[0]):
                words = f"{along} of {shown(matrix)}" + (f" as a {self.vectors}" if self.vectors != along else "")
                because = f"its index runs along the {along}s of {shown(matrix)}"
                self.names[key] = DeclaredName(key, words, because, self.names[matrix].at)

    def entries(self) -> list[DeclaredName]:
        """The small letters with two indices that stand for entries of a declared matrix: `w_{ij}` for `W_{ij}`."""
        bodies = [body for _, body in self.gathered.bodies]
        told = spelled(item.key for item in self.gathered.equations if not used(item.body, spelled([item.key])))
        known = [*told, *self.names, *self.taken, *self.abbreviations]
        found = []
        for key, matrix in small_entries(bodies, self._shapes(), known):
            entry = f"{shown(matrix)}_{{{''.join(index_letters(key)[1])}}}"
            because = f"it has the letter of {shown(matrix)}, and two indices"
            found.append(DeclaredName(key, entry, because, self.names[matrix].at))
        return found

    def _shapes(self) -> dict[str, tuple[str, str]]:
        """The dimensions of all matrices that the text declares."""
        declared = {key: item.declaration for key, item in self.names.items() if _is_array(item.declaration)}
        dims = {key: read_declaration(words).dims for key, words in declared.items()}
        return {key: (found[0], found[1]) for key, found in dims.items() if "1" not in found}

    def _structure_around(self, number: int, passage: Passage) -> None:
        """`$A \\in \\mathbb{R}^{n \\times n}$ symmetric`: what the words around a declaration say of its one name."""
        structure = called_structure(passage)
        names = [key for key, item in self.names.items() if item.sign is not None and item.sign[0] == number]
        if structure is not None and len(names) == 1:
            self._give_structure(names[0], structure, passage.text)

    def _give_structure(self, key: str, structure: str, at: Text) -> None:
        """Declares a square matrix as one with a structure, where the sentence says so in which it is declared."""
        known = self.names.get(key)
        if known is None or not _is_square(known.declaration) or not in_one_sentence(known.at, at):
            return
        because = f"{known.because}, and that it is {structure}"
        self.names[key] = replace(known, declaration=f"{structure} {known.declaration}", because=because)

    def _words_around(self, passage: Passage, closed: Collection[str]) -> None:
        """`$y$ is a one-hot vector`, `$b$ is a scalar`."""
        key = _only_name(passage.text)
        if key is None or plain(key) in closed or key in self.abbreviations:
            return
        known = self.names.get(key)
        if known is not None:
            is_real = _is_array(known.declaration)
            if is_real and is_called_one_hot(passage):
                because = f"{known.because}, and calls it one-hot"
                self.names[key] = replace(known, declaration=f"one-hot {known.declaration}", because=because)
            return
        scalar = is_called_scalar(passage)
        if scalar is not None and key not in self.gathered.compared:
            self.names[key] = DeclaredName(key, scalar, "the text calls it so", passage.text)


def key_of(name: str) -> str:
    """The canonical form of a dimension's name."""
    try:
        return read_name(name)
    except FormulaError:
        return name


def _is_array(declaration: str) -> bool:
    """Whether it is that of one real matrix or vector."""
    return read_member(declaration) is None and " x " in declaration and read_declaration(declaration).kind == "real"


def _is_square(declaration: str) -> bool:
    """Whether it is that of one real square matrix of which nothing else is said."""
    if not _is_array(declaration):
        return False
    found = read_declaration(declaration)
    return found.kind == "real" and not found.structure and found.dims[0] == found.dims[-1] != "1"


def _is_read(declaration: str) -> bool:
    try:
        return read_member(declaration) is not None or bool(read_declaration(declaration).kind)
    except Undeclarable:
        return False


def _only_name(text: Text) -> str | None:
    """The name that a formula in the text is, if it is nothing but a name."""
    try:
        content = parse(tokenize(text.value, frozenset()))
        factor = None if content.only is None else content.only.single_factor
        return None if factor is None else read_name(text.value)
    except FormulaError:
        return None
