"""Outcomes counted: what was true and what was said, by edit, by cause, and the figures that have to be reached."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from fuzzing.truth import Truth
from fuzzing.verdicts import Outcome

REFUTED_WITH_A_WITNESS = 0.999
PROVED = 0.97
SHOWN = 3
"""Examples of each cause for which a claim was left undecided."""


@dataclass
class Tally:
    """Everything that was found so far."""

    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def of(self, *truths: Truth) -> list[Outcome]:
        return [found for found in self.outcomes if found.truth in truths]

    @property
    def faults(self) -> list[Outcome]:
        return [found for found in self.outcomes if found.fault]

    @property
    def refuted(self) -> float:
        """The share of the false ones that are refuted by a witness which the oracle confirms."""
        return _share(self.of(Truth.FALSE), lambda found: found.verdict == "refuted" and found.witness)

    @property
    def proved(self) -> float:
        """The share of the true ones that are proved."""
        return _share(self.of(Truth.TRUE), lambda found: found.is_proved)

    # ── in words ──

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        yield f"{len(self.outcomes)} mutants"
        yield from self._by_truth()
        yield ""
        yield f"refuted with a witness: {self.refuted:.2%} of the false ones (wanted: {REFUTED_WITH_A_WITNESS:.1%})"
        yield f"proved: {self.proved:.2%} of the true ones (wanted: {PROVED:.1%})"
        kinds = Counter(found.fault for found in self.faults)
        for kind in ("false proof", "false refutation", "wrong counterexample", "wrong digits", "not read", "crash"):
            yield f"{kind}: {kinds[kind]}"
        yield ""
        yield from self._times()
        yield ""
        yield from self._by_edit()
        yield ""
        yield from self._undecided()
        for found in self.faults:
            yield ""
            yield from described(found)

    def _by_truth(self) -> Iterator[str]:
        verdicts = sorted({found.verdict for found in self.outcomes})
        yield f"{'':24}" + "".join(f"{verdict:>12}" for verdict in verdicts)
        for truth in Truth:
            counts = Counter(found.verdict for found in self.of(truth))
            yield f"{truth.value:24}" + "".join(f"{counts[verdict]:12}" for verdict in verdicts)
        scopes = Counter(f"{found.scope} {found.ground}".strip() for found in self.outcomes if found.is_proved)
        if set(scopes) - {""}:
            yield "proofs: " + ", ".join(f"{count} {scope}" for scope, count in scopes.most_common())

    def _times(self) -> Iterator[str]:
        kinds = {(found.verdict, found.ground) for found in self.outcomes}
        for verdict, ground in sorted(kinds):
            times = [found.judging for found in self.outcomes if (found.verdict, found.ground) == (verdict, ground)]
            by = f" by {ground}" if ground else ""
            yield f"{verdict}{by}: {median(times) * 1e3:.1f} ms in the middle, {max(times) * 1e3:.0f} ms at most"
        if self.outcomes:
            total = sum(found.judging for found in self.outcomes)
            oracle = sum(found.judging_truth + found.weighing for found in self.outcomes)
            yield f"{total:.0f} s for the verdicts all together, {oracle:.0f} s for the oracle's"

    def _by_edit(self) -> Iterator[str]:
        table: dict[str, Counter[str]] = defaultdict(Counter)
        for found in self.outcomes:
            for edit in found.edits or ("as it stands",):
                table[edit][found.truth.value] += 1
                table[edit]["decided"] += found.verdict != "unknown"
        yield f"{'edit':24}{'true':>8}{'false':>8}{'other':>8}{'decided':>10}"
        for edit, counts in sorted(table.items()):
            total = sum(counts[truth.value] for truth in Truth)
            other = total - counts["true"] - counts["false"]
            yield f"{edit:24}{counts['true']:8}{counts['false']:8}{other:8}{counts['decided'] / total:10.1%}"

    def _undecided(self) -> Iterator[str]:
        causes: dict[str, list[Outcome]] = defaultdict(list)
        for found in self.outcomes:
            if found.verdict == "unknown":
                causes[re.sub(r"\d+(\.\d+)?", "…", found.message)].append(found)
        for cause, examples in sorted(causes.items(), key=lambda item: -len(item[1])):
            truths = Counter(found.truth.value for found in examples)
            told = ", ".join(f"{count} {truth}" for truth, count in truths.most_common())
            yield f"undecided, {len(examples)} ({told}): {cause}"
            for found in examples[:SHOWN]:
                yield f"    {found.number}: {found.left} = {found.right}"[:200]


def described(found: Outcome) -> Iterator[str]:
    """A mutant in full, as it is needed to look into it."""
    conventions = f" under {', '.join(found.conventions)}" if found.conventions else ""
    yield f"{found.fault or 'mutant'}: number {found.number}, {found.about}, {', '.join(found.edits) or 'as it stands'}"
    yield f"  {found.truth.value}, but {found.verdict}{conventions}: {found.message}"
    if found.counterexample:
        yield f"  {found.counterexample}"
    yield f"  {found.left}"
    yield f"  = {found.right}"
    yield from (f"    {line}" for line in found.setting.splitlines())


def _share(outcomes: Sequence[Outcome], holds: object) -> float:
    return sum(map(holds, outcomes)) / len(outcomes) if outcomes else 1.0  # type: ignore[call-overload]
