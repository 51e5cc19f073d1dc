r"""Macros -> what they stand for, in mathematics alone, by TeX's own rules.

What comes out is LaTeX without macros, and each of its characters knows where it
stands in the file: an argument at its own place, all else at the place of the call.
Work is limited, so that a macro which calls itself ends as one line for its author.

>>> from derive.source import Source
>>> source = Source("notes.tex", r"\newcommand{\d}[2]{\frac{\partial #1}{\partial #2}} \d{L}{W_2}")
>>> text = Expander(source, Macros({})).expand(Stream(source.text, 0)).text
>>> text.value, text.offset(text.value.index("W")), text.written(6, 14)
('\\frac{\\partial L}{\\partial W_2}', 58, '\\d{L}{W_2}')
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from derive.documents.lexing import Piece, Stream, needs_space, text_of
from derive.documents.macros import DefinitionError, Macro, Macros, Parameter, Pattern, is_definition, read_definition
from derive.documents.packages import ARGUMENTS
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Run, Source, Text

MOST_WORK_IN_A_FORMULA = 200_000
MOST_WORK_IN_A_DOCUMENT = 3_000_000
"""How many tokens macros may take and yield; a macro that calls itself passes any number."""


@dataclass(frozen=True)
class Expanded:
    """A formula without macros. `unread` says why a macro, at an offset in the text, can not be followed."""

    text: Text
    unread: Mapping[int, str]


class Calls:
    """Puts what macros yield in their place; counts the work of it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.work = 0
        self.limit = MOST_WORK_IN_A_DOCUMENT

    def begin_formula(self) -> None:
        """From here on the work of one formula, or of one command in the text, is counted, too."""
        self.limit = min(MOST_WORK_IN_A_DOCUMENT, self.work + MOST_WORK_IN_A_FORMULA)

    def spend(self, work: int, piece: Piece) -> None:
        """Count the work that a command makes. Raises `DocumentError` when it is too much to be meant."""
        self.work += work
        if self.work > self.limit:
            read = MOST_WORK_IN_A_FORMULA if self.limit < MOST_WORK_IN_A_DOCUMENT else MOST_WORK_IN_A_DOCUMENT
            problem = f"{piece.text} takes or yields more than {read:,} tokens"
            hint = "does it call itself, or is a brace behind it never closed?"
            raise DocumentError.at(self.source, piece.start, f"{problem}; {hint}")

    def replace(self, stream: Stream, piece: Piece, macro: Macro) -> str | None:
        """Let what a call yields come next; why it yields nothing, if it does not."""
        if macro.refusal:
            return f"{piece.text} is not followed: {macro.refusal}"
        for pattern in macro.patterns:
            before = stream.reads
            taken = _taken(stream, pattern)
            self.spend(stream.reads - before, piece)
            if taken.is_complete:
                stream.put_back(self.filled(pattern.body, piece, taken.arguments))
                return None
            stream.put_back(taken.pieces)
        return f"{piece.text} is not followed by the arguments that it takes"

    def filled(self, body: Sequence[Piece], call: Piece, arguments: "Sequence[_Argument]") -> list[Piece]:
        """A body with its arguments; what is not an argument of the author stands where the call does."""
        end = max([call.end, *(piece.end for argument in arguments if argument.is_own for piece in argument.all)])
        out: list[Piece] = []
        for piece in body:
            number = int(piece.text[1:]) if piece.kind == "parameter" and piece.text[1:].isdigit() else 0
            if 0 < number <= len(arguments):
                argument = arguments[number - 1]
                out += argument.pieces if argument.is_own else _standing_at(argument.pieces, call.start, end)
            elif piece.kind == "parameter":
                out.append(Piece("parameter", piece.text[1:] or "#", call.start, end, False))
            else:
                out.append(Piece(piece.kind, piece.text, call.start, end, False, piece.is_final))
        self.spend(len(out) + 1, call)
        return out


# --- Arguments -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Argument:
    """An argument with and without what encloses it; `is_own`: the author wrote it, it is no default."""

    pieces: Sequence[Piece]
    all: Sequence[Piece] = ()
    is_own: bool = True


@dataclass
class _Taken:
    """What was taken for a pattern, all of it or up to what is missing."""

    arguments: list[_Argument] = field(default_factory=list)
    is_complete: bool = True

    @property
    def pieces(self) -> list[Piece]:
        return [piece for argument in self.arguments for piece in argument.all]


_TRUE, _FALSE, _MISSING = "\\BooleanTrue", "\\BooleanFalse", "\\NoValue"


def _taken(stream: Stream, pattern: Pattern) -> _Taken:
    """The arguments that a pattern takes from a stream."""
    taken = _Taken()
    for parameter in pattern.parameters:
        argument = _argument(stream, parameter)
        if argument is None:
            taken.is_complete = False
            break
        taken.arguments.append(argument)
    return taken


def _argument(stream: Stream, parameter: Parameter) -> _Argument | None:
    """One argument, null where it is missing and may not be."""
    match parameter.kind:
        case "argument":
            found = stream.argument()
            return None if found is None else _Argument(_without_braces(found), found)
        case "group":
            found = stream.bracketed("{", "}")
            return None if found is None else _Argument(found[1:-1], found)
        case "delimited":
            found = stream.bracketed(*parameter.between)
            return None if found is None else _Argument(found[1:-1], found)
        case "token":
            token = stream.take(parameter.between)
            return None if token is None else _Argument((), (token,))
        case "star":
            token = stream.take("*")
            mark = Piece("word", _FALSE if token is None else _TRUE, is_final=True)
            return _Argument((mark,), () if token is None else (token,), is_own=False)
        case "optional" | "default":
            found = stream.bracketed("[", "]")
            if found is not None:
                return _Argument(found[1:-1], found)
            missing = Piece("word", _MISSING, is_final=True)
            return _Argument(parameter.default if parameter.kind == "default" else (missing,), is_own=False)


def _without_braces(pieces: Sequence[Piece]) -> Sequence[Piece]:
    return pieces[1:-1] if pieces[0].kind == "open" else pieces


def _standing_at(pieces: Iterable[Piece], start: int, end: int) -> Iterable[Piece]:
    return (Piece(piece.kind, piece.text, start, end, False, piece.is_final) for piece in pieces)


# --- Formulas ------------------------------------------------------------------------------------


class Expander:
    """Expands the formulas of one document, in their order. `macros` grow with what they define.

    `is_scoped`: a definition in a group, as a formula is one, holds in the group alone. That is LaTeX's rule;
    on the web what a formula defines holds from there on.
    """

    def __init__(self, source: Source, macros: Macros, *, is_scoped: bool = False) -> None:
        self.source = source
        self.macros = macros
        self.is_scoped = is_scoped
        self.calls = Calls(source)

    def expand(self, stream: Stream, start: int = 0) -> Expanded:
        """A whole stream as one formula without macros, nor spaces at its ends; an empty one stands at `start`."""
        self.calls.begin_formula()
        depth = self.macros.depth
        if self.is_scoped:
            self.macros.open_group()
        formula = _Formula(self, stream)
        formula.read()
        while self.macros.depth > depth:
            self.macros.close_group()
        return _assembled(self.source, formula.out, formula.unread, start)


@dataclass
class _Waiting:
    """A command that still waits for arguments, at a depth of braces."""

    depth: int
    count: int
    in_optional: bool = False


class _Formula:
    """One formula while it is read; `out` collects its tokens, `unread` what is wrong with some of them."""

    def __init__(self, expander: Expander, stream: Stream) -> None:
        self.expander = expander
        self.macros = expander.macros
        self.stream = stream
        self.out: list[Piece] = []
        self.unread: dict[int, str] = {}
        self.depth = 0
        self.groups = expander.macros.depth
        self.waiting: list[_Waiting] = []

    def read(self) -> None:
        for piece in self.stream.rest():
            if self.waiting and piece.kind != "space" and self._is_wrapped(piece):
                continue
            if piece.kind in ("word", "symbol") and not piece.is_final:
                self._command(piece)
            else:
                self._plain(piece)

    def _emit(self, piece: Piece) -> None:
        self.out.append(piece)
        count = ARGUMENTS.get(piece.text, 0) if piece.kind == "word" else 0
        if count:
            self.waiting.append(_Waiting(self.depth, count))

    def _plain(self, piece: Piece) -> None:
        if piece.kind == "open":
            self.depth += 1
            self._open_group()
        elif piece.kind == "close":
            self.depth -= 1
            self._close_group()
            while self.waiting and self.waiting[-1].depth > self.depth:
                self.waiting.pop()
        elif piece.text in ("&", "\\\\") and self.macros.depth > self.groups:
            self._close_group()
            self._open_group()
        self._emit(piece)

    def _open_group(self) -> None:
        if self.expander.is_scoped:
            self.macros.open_group()

    def _close_group(self) -> None:
        if self.macros.depth > self.groups:
            self.macros.close_group()

    def _is_wrapped(self, piece: Piece) -> bool:
        """Whether a token is a macro and the argument of a command, as in `\\frac\\a\\b`: then it is put in braces."""
        command = self.waiting[-1]
        if command.depth != self.depth:
            return False
        if command.in_optional or (piece.text == "[" and self.out[-1].text == "\\sqrt"):
            command.in_optional = piece.text != "]"
            return False
        command.count -= 1
        if command.count == 0:
            self.waiting.pop()
        if piece.is_final or piece.text not in self.macros.known:
            return False
        self.depth += 1
        self._open_group()
        self.out.append(Piece("open", "{", piece.start, piece.start, False))
        self.stream.put_back([piece, Piece("close", "}", piece.end, piece.end, False)])
        return True

    def _command(self, piece: Piece) -> None:
        name = piece.text
        macro = self.macros.known.get(name)
        if is_definition(name):
            self._define(piece)
        elif name in ("\\begin", "\\end"):
            self._environment(piece)
        elif macro is not None:
            self._note(piece, self.expander.calls.replace(self.stream, piece, macro))
        elif name in _CONDITIONALS:
            self._choose(piece)
        else:
            self._plain(piece)

    def _note(self, piece: Piece, problem: str | None) -> None:
        """Keep a command that can not be followed as it is, with the reason."""
        if problem is not None:
            self.unread[len(self.out)] = problem
            self.out.append(piece)

    def _define(self, piece: Piece) -> None:
        before = self.stream.reads
        self.stream.put_back([piece])
        try:
            read_definition(self.stream, self.macros)
        except DefinitionError as error:
            self.expander.calls.spend(self.stream.reads - before, piece)
            self._note(piece, error.problem)

    def _environment(self, piece: Piece) -> None:
        """`\\begin{name}` or `\\end{name}`, or what the author has put behind the name."""
        before = self.stream.reads
        group = self.stream.bracketed("{", "}")
        self.expander.calls.spend(self.stream.reads - before, piece)
        known = None if group is None else self.macros.environments.get(text_of(group[1:-1]).strip())
        if group is None:
            self.out.append(piece)
        elif known is None:
            if piece.text == "\\begin":
                self._open_group()
            else:
                self._close_group()
            self.out += [piece, *group]
        else:
            call = piece._replace(text=piece.text + text_of(group), end=max(piece.end, group[-1].end))
            if piece.text == "\\begin":
                self._note(piece, self.expander.calls.replace(self.stream, call, known.opening))
            else:
                self.stream.put_back(self.expander.calls.filled(known.closing, call, ()))

    def _choose(self, piece: Piece) -> None:
        """`\\IfBooleanTF{#1}{…}{…}` where an argument stands or is missing."""
        meaning, wanted, branches = _CONDITIONALS[piece.text]
        before = self.stream.reads
        taken = _taken(self.stream, Pattern((Parameter("argument"),) * (1 + len(branches)), ()))
        self.expander.calls.spend(self.stream.reads - before, piece)
        if not taken.is_complete:
            self._note(piece, f"{piece.text} is not followed by the arguments that it takes")
            return
        tested = {inside.text for inside in taken.arguments[0].pieces}
        outcome = "T" if (meaning in tested) == wanted else "F"
        if outcome in branches:
            self.stream.put_back(taken.arguments[1 + branches.index(outcome)].pieces)


# what is asked of an argument, what it must be or must not be, and which branches follow
_CONDITIONALS: Mapping[str, tuple[str, bool, str]] = {
    f"\\{test}{branches}": (meaning, wanted, branches)
    for test, meaning, wanted in (
        ("IfBoolean", _TRUE, True),
        ("IfNoValue", _MISSING, True),
        ("IfValue", _MISSING, False),
    )
    for branches in ("TF", "T", "F")
}


# --- Tokens to text ------------------------------------------------------------------------------


def _assembled(source: Source, pieces: list[Piece], unread: Mapping[int, str], start: int) -> Expanded:
    """The text of some tokens without the spaces at its ends; with runs, where it does not stand in the source so."""
    blank = ("space", "paragraph")
    first = next((at for at, piece in enumerate(pieces) if piece.kind not in blank), len(pieces))
    last = next((at for at in range(len(pieces) - 1, first - 1, -1) if pieces[at].kind not in blank), first - 1)
    shown: list[str] = []
    stretches: list[list[int]] = []  # where each begins in the text, what it stands for, whether it is copied
    problems: dict[int, str] = {}
    length = 0
    for at in range(first, last + 1):
        piece = pieces[at]
        if at > first and needs_space(pieces[at - 1], piece):
            stretches.append([length, piece.start, piece.start, False])
            shown.append(" ")
            length += 1
        if at in unread:
            problems[length] = unread[at]
        _lengthen(stretches, length, piece)
        shown.append(piece.text)
        length += len(piece.text)
    if stretches:
        start = stretches[0][1]
    is_plain = len(stretches) <= 1 and all(stretch[3] for stretch in stretches)
    runs = () if is_plain else tuple(Run(at, begin, end, bool(copied)) for at, begin, end, copied in stretches)
    return Expanded(Text("".join(shown), source, start, runs), problems)


def _lengthen(stretches: list[list[int]], at: int, piece: Piece) -> None:
    """Add a token to the last stretch, if it goes on in the source or comes from the same call, or begin another."""
    before = stretches[-1] if stretches else None
    if before is not None and piece.is_copied and before[3] and before[2] == piece.start:
        before[2] = piece.end
    elif before is None or piece.is_copied or before[1:] != [piece.start, piece.end, False]:
        stretches.append([at, piece.start, piece.end, piece.is_copied])
