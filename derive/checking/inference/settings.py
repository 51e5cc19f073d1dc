"""A document -> the setting that it has and the one that it implies: declarations, the forward pass, the loss.

A setting of the document's own stands above all that is inferred; where it has a model, that is all that is computed,
and only declarations are taken from the text. A submission to an exercise takes its setting from there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.checking.inference.gathering import Declared, Equation, Gathered, Sign, gather
from derive.checking.inference.names import index_letters, named, spelled
from derive.checking.inference.passes import ForwardPass, forward_pass, possible_losses
from derive.checking.inference.prose import is_called_one_hot, is_called_scalar
from derive.checking.inference.shapes import Fit, Fitting, TooMany, certain, shapes_of, use_of
from derive.checking.results import Inferred
from derive.documents.document import Document, Setting
from derive.errors import DocumentError, FormulaError
from derive.expressions.shapes import SCALAR, Dim
from derive.models.model import build_model
from derive.notation.names import canonical, plain, read_name, words_of
from derive.notation.symbols import Given, SymbolTable, shown
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Text


@dataclass(frozen=True)
class Symbol:
    """A name with its declaration in words, why it has it, and the sign of the document that says so, if one does."""

    key: str
    declaration: str
    because: str
    at: Text
    sign: Sign | None = None
    is_certain: bool = True


@dataclass(frozen=True)
class Inference:
    """The setting with all that was inferred, and what that was.

    `declares`: the signs of declarations, each with what it declares in words; `defines`: the signs of equations that
    the model was taken from, each with its name. `possible`: a shape that fits, for names of which several do.
    `told`: how the names may be written that have an equation. `asks`: whether a name that is not known is to be asked for.
    """

    setting: Setting
    inferred: tuple[Inferred, ...] = ()
    declares: Mapping[Sign, str] = field(default_factory=dict)
    defines: Mapping[Sign, str] = field(default_factory=dict)
    possible: Mapping[str, str] = field(default_factory=dict)
    differentiated: tuple[str, ...] = ()
    told: frozenset[str] = frozenset()
    asks: bool = False


def infer(document: Document) -> Inference:
    """What a document implies. Raises `DocumentError` where its own setting cannot be used."""
    if document.exercise is not None:
        return Inference(document.setting)
    found = _infer(document)
    try:
        build_model(found.setting)
    except DocumentError:
        build_model(document.setting)
        return Inference(document.setting)
    return found


def _infer(document: Document) -> Inference:
    setting = document.setting
    columns = _Inferring(document, setting).inference()
    if setting.model or setting.vectors != "column" or columns.setting.model:
        return columns
    rows = _Inferring(document, replace(setting, vectors="row")).inference()
    if not rows.setting.model:
        return columns
    because = "as columns, the vectors of the forward pass do not fit"
    at = rows.inferred[0]
    said = Inferred("vectors", "row", because, at.line, at.column)
    return replace(rows, inferred=(said, *rows.inferred))


class _Inferring:
    """One attempt, with vectors that stand as the setting says."""

    def __init__(self, document: Document, setting: Setting) -> None:
        self.document = document
        self.setting = setting
        self.possible: dict[str, str] = {}
        self.symbols: dict[str, Symbol] = {}
        self.table = build_model(replace(setting, model=(), loss=None, notation=())).table
        names = [name for name, _ in (*setting.model, *setting.notation)]
        self.gathered = gather(
            document, replace(self.table, words=self.table.words | words_of([n.value for n in names]))
        )
        self.taken = [*self.table.meanings, *self._names(names)]
        self.dims: dict[str, Text] = {}

    @staticmethod
    def _names(texts: Iterable[Text]) -> list[str]:
        names = []
        for text in texts:
            try:
                names.append(read_name(text.value))
            except FormulaError:
                continue
        return names

    def inference(self) -> Inference:
        declared = self._declared()
        found = forward_pass(self.gathered, self.taken, list(declared))
        computed = spelled(found.equations)
        for key, symbol in declared.items():
            if plain(key) not in computed:
                self.symbols[key] = symbol
        loss, order = self._loss(found) if not self.setting.model else (None, [])
        setting = self._setting(found, loss, order)
        return Inference(
            setting,
            self._said(found, loss, order),
            self._declares({*map(plain, order)}),
            {found.equations[key].sign: key for key in order},
            self.possible,
            tuple(canonical(item.of).strip() for item in self.gathered.differentiated),
            frozenset(spelled(equation.key for equation in self.gathered.equations)),
            asks=not self.setting.model,
        )

    # ── declarations ──

    def _declared(self) -> dict[str, Symbol]:
        """The names that the text declares, each as it is declared first."""
        closed = spelled(self.taken)
        found: dict[str, Symbol] = {}
        for item in self.gathered.declared:
            symbol = self._symbol(item)
            if symbol is not None and plain(symbol.key) not in closed and symbol.key not in found:
                found[symbol.key] = symbol
                for size in item.space.sizes:
                    self._dim(size, item.at)
        for known in self.gathered.maps:
            if plain(known.key) not in closed and known.key not in found:
                words = f"function {known.dims[0]} -> {known.dims[1]}" if known.dims else "function"
                found[known.key] = Symbol(known.key, words, "the text says between which spaces it maps", known.at)
                for size in known.dims:
                    self._dim(size, known.at)
        self._by_words(found)
        return found

    def _dim(self, name: str, at: Text) -> None:
        known = {plain(key) for key in (*self.table.dims, *self._names_of_dims(self.dims))}
        if not name.isdigit() and plain(_key_of(name)) not in known:
            self.dims.setdefault(name, at)

    @staticmethod
    def _names_of_dims(dims: Iterable[str]) -> list[str]:
        return [_key_of(name) for name in dims]

    def _symbol(self, item: Declared) -> Symbol | None:
        """The symbol that a declaration declares; that of the whole where it is one of its entries, `y_i`."""
        key, space = item.key, item.space
        base, letters = index_letters(key)
        known = self.gathered.bound | self.gathered.ranges.keys()
        if any(f"^{{({letter})}}" in key for letter in known):
            return None
        if letters and all(letter in known for letter in letters):
            ranges = [self.gathered.ranges.get(letter) for letter in letters]
            if space.dims and space.kind != "label" or None in ranges or len(ranges) > 2:
                return None
            names = [name for name in ranges if name is not None]
            if space.kind == "label":
                if len(names) != 1:
                    return None
                space = replace(space, kind="labels", dims=(names[0], space.dims[0]))
            else:
                kind = "" if space.kind == "integer" else space.kind
                space = replace(space, kind=kind, dims=tuple(names), is_vector=len(names) == 1)
            for name in names:
                self._dim(name, item.at)
            key = base
        if space.kind == "positive" and not space.dims and item.key in self.gathered.compared:
            space = replace(space, kind="", wider="formulas ask for its sign, so values below zero are tried, too")
        declaration = space.declaration(self.setting.vectors)
        because = item.because + (f"; {space.wider}" if space.wider else "")
        return Symbol(key, declaration, because, item.at, item.sign)

    def _by_words(self, found: dict[str, Symbol]) -> None:
        """`$y$ is a one-hot vector`, `$b$ is a scalar`."""
        closed = spelled(self.taken)
        for passage in self.document.passages:
            if passage.kind != "inline":
                continue
            key = _only_name(passage.text)
            if key is None or plain(key) in closed:
                continue
            symbol = found.get(key)
            words = None if symbol is None else symbol.declaration
            if symbol is not None and words is not None and " x " in words and words[0] not in "op":
                if is_called_one_hot(passage):
                    because = f"{symbol.because}, and calls it one-hot"
                    found[key] = replace(symbol, declaration=f"one-hot {words}", because=because)
            elif symbol is None:
                scalar = is_called_scalar(passage)
                if scalar is not None and key not in self.gathered.compared:
                    found[key] = Symbol(key, scalar, "the text calls it so", passage.text)

    # ── the loss and what leads to it ──

    def _loss(self, found: ForwardPass) -> tuple[str | None, list[str]]:
        """The loss and the names to be computed, it the last; none where no scalar is certain to be it."""
        wanted = self.setting.loss
        named_ = [key for key in self._names([wanted] if wanted is not None else []) if key in found.equations]
        table = self._base_table()
        for key in named_ or possible_losses(self.gathered, found):
            order = found.leading_to(key)
            if order is None:
                continue
            meanings = self._unknown(table, [found.equations[name] for name in order], found)
            if meanings is not None:
                self._learn(meanings, found.equations[key])
                return key, order
        return None, []

    def _base_table(self) -> SymbolTable:
        """All that is declared, with sizes."""
        table = build_model(self._setting(None, None, [])).table
        return replace(table, words=table.words | self.gathered.words)

    def _unknown(
        self, table: SymbolTable, equations: Sequence[Equation], found: ForwardPass
    ) -> dict[str, Given] | None:
        """The meanings of what is not declared; None where the last name is no scalar, or some meaning is not certain."""
        spellings = {**found.spellings, **spelled(self.symbols), **spelled(self.taken)}
        parameters = {canonical(item.by).strip() for item in self.gathered.differentiated if item.by is not None}
        parameters |= {name for item in self.gathered.differentiated if item.by is not None
                       and (name := named(item.by, spellings)) is not None}  # fmt: skip
        use = use_of(equations, parameters)
        fitting = Fitting(self._all_dims(table), self.gathered.bound | self.gathered.ranges.keys(), use)
        try:
            fits = [fit for fit in fitting.fits(self._sized(table), equations, {}) if _ends_in_scalar(fit, equations)]
        except TooMany:
            return None
        if not fits:
            return None
        known = {name: shape for name, shape in shapes_of(table).items() if name in self.symbols}
        meanings = certain(fits, known, use, self.setting.vectors)
        missing = [key for key in fits[0].meanings if key not in meanings]
        for key in missing:
            self.possible[key] = _likeliest([fit.meanings[key] for fit in fits if key in fit.meanings])
        return None if missing else meanings

    def _all_dims(self, table: SymbolTable) -> list[Dim]:
        return list(self._sized(table).dims.values())

    def _sized(self, table: SymbolTable) -> SymbolTable:
        """The table with the dimensions that sums name and nothing else does."""
        dims = dict(table.dims)
        for name in self.gathered.ranges.values():
            if not name.isdigit() and table.find_dim(_key_of(name)) is None and _key_of(name) not in dims:
                taken = {dim.size for dim in dims.values()}
                dims[_key_of(name)] = Dim(next(size for size in range(2, 90) if size not in taken), name)
        return replace(table, dims=dims)

    def _learn(self, meanings: Mapping[str, Given], equation: Equation) -> None:
        for key, meaning in meanings.items():
            dims = [str(dim) for dim in meaning.shape.dims if not dim.is_unit]
            dims += [str(meaning.classes)] if meaning.classes is not None else []
            at = self._first_use(key, equation.name)
            for name in dims:
                self._dim(name, at)
            because = "no other shape fits where the forward pass uses it"
            self.symbols[key] = Symbol(key, _words_of(meaning), because, at, is_certain=False)

    def _first_use(self, key: str, default: Text) -> Text:
        """Where a name stands for the first time."""
        own = spelled([key])
        for passage in self.document.passages:
            if passage.problem is None:
                for token in tokenize(passage.text.value, self.gathered.words):
                    if token.kind == "NAME" and any(text == plain(token.text) or text.startswith(plain(token.text) + "_")
                                                    or text.startswith(plain(token.text) + "^") for text in own):  # fmt: skip
                        end = min(len(passage.text.value), token.start + max(len(shown(key)), 1))
                        if plain(shown(key)) == plain(shown(passage.text.value[token.start : end].replace(" ", ""))):
                            return passage.text.part(token.start, end)
        return default

    # ── the setting ──

    def _setting(self, found: ForwardPass | None, loss: str | None, order: Sequence[str]) -> Setting:
        setting = self.setting
        dims = dict(setting.dims)
        if not dims and setting.symbols:
            source = setting.symbols[0][1]
            dims = {shown(key): (None, Text(shown(key), source.source, source.start)) for key in self.table.dims}
        for name, at in self.dims.items():
            dims.setdefault(name, (None, Text(name, at.source, at.start)))
        symbols = [*setting.symbols]
        for symbol in self.symbols.values():
            at = symbol.at
            symbols.append(
                (Text(shown(symbol.key), at.source, at.start), Text(symbol.declaration, at.source, at.start))
            )
        if loss is None or found is None:
            return replace(setting, dims=dims, symbols=tuple(symbols), loss=setting.loss if setting.model else None)
        equations = [found.equations[key] for key in order]
        model = tuple((equation.name, _flat(equation.value)) for equation in equations)
        return replace(setting, dims=dims, symbols=tuple(symbols), model=model, loss=found.equations[loss].name)

    def _said(self, found: ForwardPass, loss: str | None, order: Sequence[str]) -> tuple[Inferred, ...]:
        said = []
        for symbol in self.symbols.values():
            place = symbol.at.place()
            said.append(Inferred(shown(symbol.key), symbol.declaration, symbol.because, place.line, place.column))
        if loss is not None:
            name = found.equations[loss].name
            place = name.place()
            is_differentiated = any(named(item.of, spelled([loss])) for item in self.gathered.differentiated)
            because = "the text differentiates it" if is_differentiated else "the forward pass leads to it"
            said.append(Inferred(shown(loss), "the loss", because, place.line, place.column))
        return tuple(said)

    def _declares(self, computed: set[str]) -> dict[Sign, str]:
        """What each declaration of the text says, where it is the one that was taken over."""
        found: dict[Sign, list[Symbol]] = {}
        for symbol in self.symbols.values():
            if symbol.sign is not None:
                found.setdefault(symbol.sign, []).append(symbol)
        words = {}
        for sign, symbols in found.items():
            names = " and ".join(
                filter(None, [", ".join(shown(item.key) for item in symbols[:-1]), shown(symbols[-1].key)])
            )
            words[sign] = f"{names} {'is' if len(symbols) == 1 else 'are'} declared as {symbols[0].declaration}."
        for item in self.gathered.declared:
            if plain(item.key) in computed and item.sign is not None:
                words.setdefault(item.sign, "")
        return words


def _key_of(name: str) -> str:
    try:
        return read_name(name)
    except FormulaError:
        return name


def _ends_in_scalar(fit: Fit, equations: Sequence[Equation]) -> bool:
    key = fit.table.find(equations[-1].key)
    return key is not None and shapes_of(fit.table).get(key) == SCALAR


def _words_of(meaning: Given) -> str:
    """A meaning as its declaration."""
    if meaning.kind == "labels":
        return (
            f"label of {meaning.classes}"
            if meaning.shape.is_scalar
            else f"labels {meaning.shape.rows} of {meaning.classes}"
        )
    return str(meaning.shape)


def _likeliest(meanings: Sequence[Given]) -> str:
    """A declaration to show as an example: the largest shape in known dimensions."""
    words = [words for words in map(_words_of, meanings) if "?" not in words and " x " in words]
    return max(words, key=lambda text: "1" not in text.split(), default="")


_ARRANGING = re.compile(r"\\\\|\\nonumber|\\notag|(?<!\\)&|\n")


def _flat(text: Text) -> Text:
    """An expression on one line, without the marks that arrange rows, every character where it was."""
    return Text(_ARRANGING.sub(lambda mark: " " * len(mark.group()), text.value), text.source, text.start)


def _only_name(text: Text) -> str | None:
    """The name that a formula in the text is, if it is nothing but a name."""
    try:
        content = parse(tokenize(text.value, frozenset()))
        factor = None if content.only is None else content.only.single_factor
        return None if factor is None else read_name(text.value)
    except FormulaError:
        return None
