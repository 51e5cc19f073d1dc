"""pytest-benchmark's results -> the tables in README.md."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from benchmarks.subjects import TWO_LAYERS

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

Row = Mapping[str, Any]
Results = dict[str, dict[str, Row]]
"""By subject and method: what was measured."""


def in_text(text: str, made: str) -> str:
    """The text with the table between its markers replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"no {BEGIN}"
    assert end, f"no {END}"
    return f"{before}{BEGIN}\n\n{made}\n{END}{after}"


def table(measured: Mapping[str, Any]) -> str:
    """Both tables, and where they were measured."""
    results: Results = {}
    for one in measured["benchmarks"]:
        info = one["extra_info"]
        results.setdefault(info["subject"], {})[info["method"]] = info | {"seconds": one["stats"]["median"]}
    machine = measured["machine_info"]
    where = (
        f"Medians of one run on {machine['cpu'].get('count', '?')} cores with Python {machine['python_version']},"
        " in milliseconds."
    )
    return "\n".join([where, "", *_derivations(results), "", *_claims(results), ""])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*cells: str) -> list[str]:
    return [_line(cells), _line(["---", *["---:"] * (len(cells) - 1)])]


def shown(seconds: float) -> str:
    """Milliseconds with three digits, or as many as there are before the point."""
    thousandths = seconds * 1000
    if thousandths >= 100:
        return f"{thousandths:,.0f}".replace(",", " ")
    return f"{thousandths:.{1 if thousandths >= 10 else 2}f}"


# ── whole derivations ──


def _derivations(results: Results) -> list[str]:
    lines = _head("derivation", "true claims", "proved", "from LaTeX", "again", "a wrong claim refuted", "again")
    names = [str(subject) for subject in TWO_LAYERS if str(subject) in results]
    if names:
        lines.append(_line([f"two layers, median of {len(names)} networks", *_cells(results, names)]))
        slowest = max(names, key=lambda name: _seconds(results, name, "proved"))
        lines.append(_line([f"two layers, the slowest: {slowest}", *_cells(results, [slowest])]))
    rest = [name for name, methods in results.items() if "proved" in methods and name not in names]
    lines += [_line([name, *_cells(results, [name])]) for name in rest]
    for name, words in (
        ("remembered", "a new process, its certificate remembered"),
        ("first", "a new process, the first"),
    ):
        if name in results.get("a cold process", {}):
            row = results["a cold process"][name]
            lines.append(_line([words, str(row["count"]), "", shown(row["seconds"]), "", "", ""]))
    return lines


def _seconds(results: Results, name: str, method: str) -> float:
    row = results[name][method]
    return float(row["seconds"]) / (row["count"] if method.startswith("refuted") else 1)


def _cells(results: Results, names: list[str]) -> list[str]:
    cells = [str(results[names[0]]["proved"]["count"])]
    for method in ("proved", "proved from LaTeX", "proved again", "refuted", "refuted again"):
        known = [_seconds(results, name, method) for name in names if method in results[name]]
        cells.append(shown(median(known)) if known else "")
    return cells


# ── claim by claim ──


def _claims(results: Results) -> list[str]:
    lines = _head(
        "claim", "derive, alone", "in its derivation", "`simplify`", "`equals`", "Math-Verify", "`simplify` : derive"
    )
    ratios = []
    for name, methods in results.items():
        if "derive" not in methods:
            continue
        mine = methods.get("in its derivation", methods["derive"])["seconds"]
        cells = [
            shown(methods["derive"]["seconds"]),
            shown(mine) if "in its derivation" in methods else "",
            *(_answered(methods.get(method)) for method in ("simplify", "equals", "Math-Verify")),
        ]
        lines.append(_line([name, *cells, _ratio(methods.get("simplify"), mine)]))
        if "in its derivation" in methods and methods.get("simplify", {"answer": ""})["answer"] in ("True", "False"):
            ratios.append((methods["simplify"]["seconds"], mine))
    if ratios:
        theirs, ours = (sum(seconds) for seconds in zip(*ratios, strict=True))
        words = f"those {len(ratios)} of networks that `simplify` can do, together"
        lines.append(_line([words, "", shown(ours), shown(theirs), "", "", _times(theirs / ours)]))
    return lines


def _answered(row: Row | None) -> str:
    """The time, and what was answered where that is not right."""
    if row is None:
        return ""
    if row["answer"] == "out of time":
        return "no answer"
    right = row["answer"] == str(row["holds"])
    return shown(row["seconds"]) + ("" if right else f", says {row['answer']}")


def _ratio(row: Row | None, mine: float) -> str:
    if row is None:
        return ""
    sign = "> " if row["answer"] == "out of time" else ""
    return sign + _times(row["seconds"] / mine)


def _times(ratio: float) -> str:
    """A ratio with two digits."""
    digits = f"{ratio:.2g}"
    rounded = float(digits)
    return f"{rounded:,.0f}".replace(",", " ") if rounded >= 10 else digits
