"""An exercise and a student's code -> what is right, what is wrong and which mistake it is.

The code is called at an example, at others, at the first again, at other sizes and at large scores; where several calls
follow each other, also at two inputs in turns. What should come back is computed here, exactly; it never reaches the
process in which the code runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derive.implementations.behaviour import AGAIN, FIRST, OTHER, TURNS, Observer, numbered, shown_error
from derive.implementations.calls import Conversation, Returned, Round, Value, converse
from derive.implementations.comparing import CONVENTIONS, Compared, compare
from derive.implementations.in_place import changed_in_place
from derive.implementations.inputs import inputs_at, inputs_of_sizes
from derive.implementations.naming import explained
from derive.implementations.preparing import Prepared, Trial, shown_inputs, shown_sizes
from derive.implementations.quantities import CodeCall, listed
from derive.implementations.results import ACCEPTED, DIGITS, CodeResult, Finding, ResultVerdict, Verdict
from derive.implementations.source import Code, defined_names
from derive.implementations.undefined import UndefinedName, undefined_names
from derive.implementations.work import work_of
from derive.implementations.worlds import Seen

BASE_SIZE, GROWN = 16, 8
TIMES = 3
"""Calls are timed at sizes of 16, and with one dimension 8 times as large; the fastest of so many calls counts.

The first inputs come again so many times: what depends on chance may be the same once."""

MOST_TRIED_NAMES = 6


def mark_code(prepared: Prepared, code: Code, *, trust: bool = False) -> CodeResult:
    """Everything that is found in a student's code. Raises `NoSandboxError` where it cannot be run."""
    return _Marker(prepared, code, trust).result()


class _Marker:
    """Marks one student's code."""

    def __init__(self, prepared: Prepared, code: Code, trust: bool) -> None:
        self.prepared = prepared
        self.setting = prepared.setting
        self.code = code
        self.is_single = code.is_in_single_precision
        self.trust = trust
        can_be_finite = {name: large.results for name, large in prepared.large.items()}
        self.observer = Observer(self.setting, code, can_be_finite)
        self.undefined = undefined_names(code)

    def result(self) -> CodeResult:
        said = self._converse(self.code)
        problem = self._problem(said)
        if problem is not None:
            static = self.observer.undefined(self.undefined, {})
            return replace(self._blank(), problem=problem, findings=tuple(static))
        meant, repaired = self._with_names_meant(said)
        verdicts, example = self._verdicts(said)
        return CodeResult(
            self.prepared.exercise.name,
            self.code.name,
            self.setting.shown,
            tuple(self._with_repair(verdicts, repaired)),
            tuple(self._findings(said, repaired, meant)),
            example.sizes,
            shown_inputs(example),
        )

    def _blank(self) -> CodeResult:
        return CodeResult(self.prepared.exercise.name, self.code.name, self.setting.shown)

    # ── running ──

    def _converse(self, code: Code, *, is_timed: bool = True) -> Conversation:
        rounds = [*self._rounds(), *(self._timed_rounds() if is_timed else ())]
        return converse(self.setting, code, rounds, in_turns=self._in_turns(), trust=self.trust)

    def _in_turns(self) -> list[Round]:
        """Two rounds of which each makes a call before the other makes its next, where there are several calls."""
        if len(self.setting.calls) == 1:
            return []
        trials = [one for one in self.prepared.trials if one.id in (FIRST, OTHER)]
        return [Round(f"{TURNS} {one.id}", inputs_at(one.setting, one.draw), is_new=True) for one in trials]

    def _rounds(self) -> Iterator[Round]:
        first, *rest = self.prepared.trials
        yield Round(FIRST, inputs_at(first.setting, first.draw), is_new=True)
        is_new = self.setting.is_made_of_values
        rounds = [
            Round(trial.id, inputs_at(trial.setting, trial.draw), is_new or trial.is_of_other_sizes) for trial in rest
        ]
        of_one_size = sum(not trial.is_of_other_sizes for trial in rest)
        at = 0 if is_new else of_one_size
        again = [Round(name, inputs_at(first.setting, first.draw)) for name in numbered(AGAIN, TIMES)]
        yield from [*rounds[:at], *again, *rounds[at:]]
        for name, large in self.prepared.large.items():
            yield Round(name, inputs_at(self.setting, large.draw), is_new=True)

    def _timed_rounds(self) -> Iterator[Round]:
        for dim, sizes in self._sizes_to_time():
            inputs_there = inputs_of_sizes(self.setting, self.prepared.model, sizes)
            for time in range(TIMES):
                yield Round(f"time {dim} {time}", inputs_there, is_new=True, is_timed=True)

    def _sizes_to_time(self) -> Iterator[tuple[str, dict[str, int]]]:
        """The sizes at which calls are timed, by the name of the dimension that is grown; the first has none."""
        table = self.prepared.model.table
        names = [dim.name for key, dim in table.dims.items() if dim.name and key not in table.depths]
        base = {**self.prepared.trials[0].sizes, **dict.fromkeys(names, BASE_SIZE)}
        yield "", base
        for name in names:
            yield name, {**base, name: BASE_SIZE * GROWN}

    def _problem(self, said: Conversation) -> str | None:
        """Why nothing can be said of the results."""
        if not said.is_loaded:
            return f"It could not be run: {said.finished.message}"
        if not said.is_found:
            return self._not_found(said)
        if FIRST not in said.returned:
            return f"The call of {self.setting.shown} came to no end: {said.finished.message}"
        return None

    def _not_found(self, said: Conversation) -> str:
        wanted = listed([f"class {one}" if one == self.setting.class_name else one for one in self.setting.wanted])
        kind = "" if wanted.startswith("class ") else "function " if len(self.setting.wanted) == 1 else "one of "
        if said.errors:
            first = said.errors[0]
            where = "" if first.line is None else f" in line {first.line}"
            return f"There is no {kind}{wanted}: the code ends{where} with {shown_error(first)}."
        there = defined_names(self.code)
        names = f"defined are {listed(there[:8])}" if there else "nothing is defined in it"
        return f"There is no {kind}{wanted} in it; {names}."

    # ── names that nothing defines ──

    def _with_names_meant(self, said: Conversation) -> tuple[dict[str, str], Conversation | None]:
        """For names whose absence ended the call, those with which all results are right, and the run with them."""
        code, meant, last = self.code, dict[str, str](), said
        for _ in range(len(self.undefined)):
            name = self._missing_name(last)
            if name is None or name.name in meant:
                break
            found = self._best(code, name)
            if found is None:
                break
            meant[name.name], code, last = found
        return (meant, last) if meant and not last.returned[FIRST].errors else ({}, None)

    def _missing_name(self, said: Conversation) -> UndefinedName | None:
        """The undefined name that ended the first call."""
        errors = (one for one in said.returned[FIRST].errors if one.kind in ("NameError", "UnboundLocalError"))
        return next((one for error in errors for one in self.undefined if f"'{one.name}'" in error.message), None)

    def _best(self, code: Code, name: UndefinedName) -> tuple[str, Code, Conversation] | None:
        """The name in whose place most results are right; the nearest of several."""
        best: tuple[int, str, Code, Conversation] | None = None
        for other in name.nearest[:MOST_TRIED_NAMES]:
            changed = code.replaced(name.name, other)
            said = self._converse(changed, is_timed=False)
            first = said.returned.get(FIRST)
            if first is None or any(f"'{name.name}'" in error.message for error in first.errors):
                continue
            right = -1 if first.errors else self._number_right(first)
            if best is None or right > best[0]:
                best = right, other, changed, said
            if right == len(self.setting.results):
                break
        return None if best is None else best[1:]

    def _number_right(self, first: Returned) -> int:
        return sum(one.is_right for one in self._compared(first, self.prepared.trials[0]))

    # ── results ──

    def _compared(self, returned: Returned, trial: Trial) -> list[Compared]:
        values = returned.results or (Value("ended"),) * len(trial.expected)
        may_be_transposed = self.setting.may_be_transposed
        return [
            compare(value, right, self.is_single, may_be_transposed=may_be_transposed)
            for value, right in zip(values, trial.expected, strict=True)
        ]

    def _verdicts(self, said: Conversation) -> tuple[list[ResultVerdict], Trial]:
        """A verdict for each result, and the example at which differences are shown."""
        compared: dict[str, list[Compared]] = {}
        for trial in self.prepared.trials:
            returned = said.returned.get(trial.id)
            if returned is not None:
                compared[trial.id] = self._compared(returned, trial)
        wrong = [name for name, found in compared.items() if any(one.is_wrong for one in found)]
        example = self.prepared.trial(wrong[0] if wrong else FIRST) or self.prepared.trials[0]
        verdicts = [self._verdict(at, said, compared, example) for at in range(len(self.setting.results))]
        seen = [
            Seen(trial, said.returned[trial.id].results)
            for trial in self.prepared.trials
            if trial.id in compared and not said.returned[trial.id].is_empty
        ]
        return explained(verdicts, seen), example

    def _verdict(
        self, at: int, said: Conversation, compared: Mapping[str, Sequence[Compared]], example: Trial
    ) -> ResultVerdict:
        expected = self.setting.results[at]
        for trial in self.prepared.trials:
            returned = said.returned.get(trial.id)
            if trial.id not in compared or compared[trial.id][at].outcome == "ended":
                message = self._error_message(said, returned, trial, at)
                return ResultVerdict(expected.label, expected.quantity.latex, "error", message)
            one = compared[trial.id][at]
            if not one.is_right:
                verdict: Verdict = "missing" if one.outcome == "missing" else "wrong"
                message = one.message + self._elsewhere(trial)
                shown = one if trial is example else Compared("wrong", "")
                names = (DIGITS,) if one.outcome == "nearly" else ()
                return ResultVerdict(
                    expected.label, expected.quantity.latex, verdict, message, names, shown.differences, shown.differing
                )
        return self._accepted(at, [found[at] for found in compared.values()])

    def _accepted(self, at: int, compared: Sequence[Compared]) -> ResultVerdict:
        """Right at every trial, perhaps in another shape."""
        expected = self.setting.results[at]
        others = [one for one in compared if one.outcome != "right"]
        if not others:
            return ResultVerdict(expected.label, expected.quantity.latex, "right", "Right.")
        names = tuple(dict.fromkeys(CONVENTIONS[one.outcome] for one in others))
        return ResultVerdict(expected.label, expected.quantity.latex, "convention", others[0].message, names)

    def _elsewhere(self, trial: Trial) -> str:
        """What is added where the first inputs do not show it."""
        if trial.id == FIRST:
            return ""
        if not trial.is_of_other_sizes:
            return " At the first inputs it is right."
        return f" It is right at {shown_sizes(self.prepared.trials[0].sizes)}: is a size fixed in the code?"

    def _error_message(self, said: Conversation, returned: Returned | None, trial: Trial, at: int) -> str:
        """Why a result is not there."""
        elsewhere = "" if trial.id == FIRST else " at other inputs"
        elsewhere = f" at {shown_sizes(trial.sizes)}" if trial.is_of_other_sizes else elsewhere
        number, call = self._call_of(at)
        error = None if returned is None else returned.failures[number]
        if error is None:
            return f"The call{elsewhere} came to no end: {said.finished.message}"
        of = "" if len(self.setting.calls) == 1 else f" of {call.shown}"
        where = "" if error.line is None else f", in line {error.line}"
        ends = "is not made:" if not error.kind else "ends with"
        return f"The call{of}{elsewhere} {ends} {shown_error(error)}{where}."

    def _call_of(self, at: int) -> tuple[int, CodeCall]:
        """The call that a result comes from, with its number."""
        calls = [(number, call) for number, call in enumerate(self.setting.calls) for _ in call.results]
        return calls[at]

    def _with_repair(self, verdicts: Sequence[ResultVerdict], said: Conversation | None) -> Iterator[ResultVerdict]:
        """What the results would be, if a name that nothing defines were another one."""
        if said is None:
            yield from verdicts
            return
        for before, after in zip(verdicts, self._verdicts(said)[0], strict=True):
            words = "it is right" if after.verdict in ACCEPTED else "it is wrong as well"
            message = f"{before.message} With the name that is meant {words}."
            yield replace(before, message=message, diagnosis=after.diagnosis, follows_from=after.follows_from)

    # ── findings ──

    def _findings(
        self, said: Conversation, repaired: Conversation | None, meant: Mapping[str, str]
    ) -> Iterator[Finding]:
        names = {one.name for one in self.undefined}
        yield from self.observer.undefined(self.undefined, meant)
        seen = repaired or said
        for error in dict.fromkeys(seen.returned[FIRST].errors):
            if not any(f"'{name}'" in error.message for name in names):
                yield self.observer.raised(error)
        if not said.is_complete and said.finished.status != "done":
            is_fault = any(one.id not in said.returned for one in self._rounds())
            yield self.observer.stopped(said.finished.message, is_fault=is_fault)
        found = [one for one in self.observer.findings(seen) if not (one.code == "not-imported" and _tells(one, names))]
        yield from (one for one in found if one.is_fault)
        if all(one.code != "hidden-state" for one in found) and (labels := self._remembered(seen)):
            yield self.observer.remembers(labels)
        yield from self.observer.two_names(changed_in_place(self.code))
        yield from (one for one in found if not one.is_fault)
        yield from self._growth(seen)

    def _remembered(self, said: Conversation) -> list[str]:
        """The results that are right at the first inputs and wrong at others, but right if those come first."""
        first, other = self.prepared.trial(FIRST), self.prepared.trial(OTHER)
        if first is None or other is None or {FIRST, OTHER} - said.returned.keys():
            return []
        pairs = zip(
            self._compared(said.returned[FIRST], first), self._compared(said.returned[OTHER], other), strict=True
        )
        late = [at for at, (before, after) in enumerate(pairs) if before.is_right and not after.is_right]
        if not late:
            return []
        alone_there = Round(OTHER, inputs_at(other.setting, other.draw), is_new=True)
        alone = converse(self.setting, self.code, [alone_there], trust=self.trust).returned.get(OTHER)
        if alone is None:
            return []
        compared = self._compared(alone, other)
        return [self.setting.results[at].label for at in late if compared[at].is_right]

    def _growth(self, said: Conversation) -> Iterator[Finding]:
        seconds: dict[str, list[float]] = {}
        for name, returned in said.returned.items():
            if name.startswith("time ") and not any(returned.failures):
                seconds.setdefault(name[5:].rpartition(" ")[0], []).append(returned.seconds)
        sizes = dict(self._sizes_to_time())
        for dim, times in seconds.items():
            if dim and "" in seconds:
                before = work_of(self.prepared.model, sizes[""])
                work = work_of(self.prepared.model, sizes[dim]) / max(before, 1.0)
                found = self.observer.growth(dim, (min(seconds[""]), min(times)), max(work, 1.0))
                if found is not None:
                    yield found


def _tells(finding: Finding, names: set[str]) -> bool:
    """Whether one of some names is what a finding is about."""
    return any(f"'{name}'" in finding.message for name in names)
