"""Names -> entries: given symbols, one-hot vectors and labels, and names that are cut."""

from derive.expressions.shapes import Shape
from derive.expressions.tree import Symbol
from derive.indexed.algebra import ONE
from derive.indexed.context import Context, dim_key, slots_of
from derive.indexed.heads import COLUMN, ROW, SLOTS, Form, Head, NotGeneral
from derive.notation.symbols import Computed, Given, shown


class Names(Context):
    """The entries of names, made when these are first met."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._names: dict[str, tuple[object, Form]] = {}
        self._versions = 0
        self.has_versions = False

    def of_symbol(self, node: Symbol) -> Form:
        """The entries of a symbol as it stands in an expression. Raises `NotGeneral` if it has another shape there."""
        form = self.of_name(node.name, node.shape)
        meaning = self.table.meanings.get(node.name)
        if isinstance(meaning, Given) and meaning.kind == "one-hot":
            each = "" if node.shape.is_vector else "each row of "
            declared = f"exactly one entry of {each}${shown(node.name)}$ is 1"
            self.declared.add(declared)
            self.conditions[declared] = None
        known = meaning.shape if isinstance(meaning, (Given, Computed)) else node.shape
        if slots_of(known) != slots_of(node.shape):
            raise NotGeneral(f"{shown(node.name)} has another shape here")
        return form

    def of_name(self, name: str, shape: Shape) -> Form:
        """The entries of a name."""
        meaning = self.table.meanings.get(name)
        if meaning is None:
            return self._formal(name, shape)
        known = self._names.get(name)
        if known is not None and known[0] is meaning:
            return known[1]
        if isinstance(meaning, Computed) and meaning.value is not None:
            form = self._cut(name, meaning)
        else:
            form = self._given(name, meaning if isinstance(meaning, Given) else Given("real", shape))
        self._names[name] = (meaning, form)
        return form

    def _formal(self, name: str, shape: Shape) -> Form:
        """A name that a statement binds: any number, or any array."""
        slots = slots_of(shape)
        return self.algebra.factor(self.heads.named("symbol", f"{name} {slots}", tuple(slots.values())), *slots)

    def _cut(self, name: str, computed: Computed) -> Form:
        assert computed.value is not None
        outer, self.conditions = self.conditions, {}
        try:
            value = self.lower(computed.value, {})
            found = tuple(self.conditions)
        finally:
            self.conditions = outer
        slots = slots_of(computed.shape)
        if slots != slots_of(computed.value.shape):
            raise NotGeneral(f"{shown(name)} has another shape than its value")
        positive = self.functions.sign(value) == "positive"
        below_one = self.functions.sign(self.algebra.add(ONE, value, -1)) == "positive"
        self._versions += 1
        self.has_versions = self.has_versions or name in self._names
        version = f"{name} {self._versions}" if name in self._names else name
        head = self.heads.named("cut", version, tuple(slots.values()), positive=positive, below_one=below_one)
        self.presupposed[head.number] = found
        in_slots = self.algebra.renamed(value, dict(zip(slots, SLOTS, strict=False)))
        self.cuts.define(head, in_slots, self.heads.mentioned(in_slots))
        return self.algebra.factor(head, *slots)

    def _given(self, name: str, given: Given) -> Form:
        if given.kind in ("labels", "hot index", "function", "map"):
            raise NotGeneral(f"{shown(name)} is no array")
        slots = slots_of(given.shape)
        dims = tuple(slots.values())
        if given.kind == "one-hot":
            return self.algebra.factor(self.one_hot(name, given), *slots)
        if given.structure == "diagonal":
            entries = self.heads.named("symbol", f"diagonal of {name}", (dims[0],), symmetric=False)
            delta = self.algebra.factor(self.heads.delta(dims[0]), ROW, COLUMN)
            return self.algebra.multiply(delta, self.algebra.factor(entries, ROW))
        return self.algebra.factor(self._symbol(name, dims, given), *slots)

    def _symbol(self, name: str, dims: tuple[str, ...], given: Given) -> Head:
        """The head of a given array. One that is declared again in another space is another one."""

        def made(called: str) -> Head:
            return self.heads.named(
                "symbol",
                called,
                dims,
                symmetric=given.structure in ("symmetric", "positive definite"),
                orthogonal=given.structure == "orthogonal",
                positive=given.kind == "positive",
            )

        head = made(name)
        return head if head.dims == dims else made(f"{name} of {' x '.join(dims)}")

    def one_hot(self, name: str, given: Given) -> Head:
        slots = slots_of(given.shape)
        if not slots or len(slots) < len([dim for dim in given.shape.dims if dim.size != 1]):
            raise NotGeneral(f"{shown(name)} has one class")
        return self.heads.named("symbol", name, tuple(slots.values()), hot=len(slots) - 1)

    def label(self, name: str) -> Head:
        """The one-hot head behind a label: an example, where there are several, and a class."""
        meaning = self.table.meanings.get(name)
        if not isinstance(meaning, Given):
            raise NotGeneral(f"{shown(name)} is no label")
        if meaning.target is not None:
            target = self.table.meanings[meaning.target]
            assert isinstance(target, Given)
            return self.one_hot(meaning.target, target)
        if meaning.classes is None or meaning.classes.is_unit:
            raise NotGeneral(f"{shown(name)} has no classes")
        examples = slots_of(meaning.shape)
        return self.heads.named(
            "symbol", f"label {name}", (*examples.values(), dim_key(meaning.classes)), hot=len(examples)
        )
