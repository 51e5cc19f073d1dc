"""The measurements. Plain `pytest` does not find them; `python tests/benchmarks` makes them and a table of them."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import baselines
from benchmarks.judging import is_right, prepared, read, verdicts, written
from benchmarks.subjects import DEEP, MORE, SCALARS, TWO_LAYERS, Claim, Subject, two_layers

ALL = [*TWO_LAYERS, *DEEP, *MORE]


@pytest.fixture
def timed(benchmark, request):
    """The benchmark, told in which cell of the table it belongs."""

    def told(subject: Subject | str, method: str, claim: str = "", count: int = 1):
        benchmark.group = str(subject)
        benchmark.extra_info.update(subject=str(subject), method=method, claim=claim, count=count)
        return benchmark

    return told


# ── whole derivations ──


@pytest.mark.parametrize("subject", ALL, ids=str)
def test_true_claims(timed, subject):
    """All verdicts of a new session, the claims read beforehand."""
    _measure(timed(subject, "proved", count=len(subject.true)), subject, subject.true, read)


@pytest.mark.parametrize("subject", ALL, ids=str)
def test_true_claims_with_reading(timed, subject):
    """The same from LaTeX."""
    _measure(timed(subject, "proved from LaTeX", count=len(subject.true)), subject, subject.true, written)


@pytest.mark.parametrize("subject", ALL, ids=str)
def test_claims_anew(timed, subject):
    """The same claims again in the same session, as an author's page asks for them at every keystroke."""
    known = prepared(subject)
    session, pairs = known.session(), read(known.model.table, subject.true)
    benchmark = timed(subject, "proved again", count=len(subject.true))
    verdicts(session, pairs)
    _assert_right(subject.true, benchmark.pedantic(verdicts, (session, pairs), rounds=15))


@pytest.mark.parametrize("subject", ALL, ids=str)
def test_wrong_claims(timed, subject):
    """Counterexamples, where the true claims were judged before."""
    known = prepared(subject)
    pairs = read(known.model.table, subject.wrong)
    before = read(known.model.table, subject.true)

    def session():
        made = known.session()
        verdicts(made, before)
        return (made, pairs), {}

    benchmark = timed(subject, "refuted", count=len(subject.wrong))
    _assert_right(subject.wrong, benchmark.pedantic(verdicts, setup=session, rounds=15))


@pytest.mark.parametrize("subject", ALL, ids=str)
def test_wrong_claims_anew(timed, subject):
    """The same again."""
    known = prepared(subject)
    session, pairs = known.session(), read(known.model.table, subject.wrong)
    verdicts(session, pairs)
    benchmark = timed(subject, "refuted again", count=len(subject.wrong))
    _assert_right(subject.wrong, benchmark.pedantic(verdicts, (session, pairs), rounds=15))


def _measure(benchmark, subject, claims, prepare):
    known = prepared(subject)
    verdicts(known.session(), prepare(known.model.table, claims))

    def session():
        made = known.session()
        return (made, claims if prepare is written else prepare(made.table, claims)), {}

    def judged(session, given):
        return verdicts(session, written(session.table, given) if prepare is written else given)

    _assert_right(claims, benchmark.pedantic(judged, setup=session, rounds=15))


def _assert_right(claims, found):
    assert [str(claim) for claim, one in zip(claims, found, strict=True) if not is_right(claim, one)] == []


# ── beside SymPy ──

RELU = two_layers("ReLU", "cross-entropy")
SIGMOID = two_layers("sigmoid", "squared error")
BESIDE_SYMPY = [
    (RELU, RELU.true[0], "∂L/∂S"),
    (RELU, RELU.true[2], "∂L/∂W₂"),
    (RELU, RELU.true[5], "∂L/∂H"),
    (RELU, RELU.true[9], "∂L/∂b₁"),
    (RELU, RELU.wrong[1], "∂L/∂W₂, a factor 2 forgotten"),
    (SIGMOID, SIGMOID.true[2], "∂L/∂W₂"),
    (SIGMOID, SIGMOID.true[9], "∂L/∂b₁"),
]
IDS = [f"{subject}, {name}" for subject, _, name in BESIDE_SYMPY]


def _alone(benchmark, subject: Subject, claim: Claim) -> None:
    """One claim in a session in which nothing was asked before."""
    known = prepared(subject)

    def session():
        made = known.session()
        return (made, read(made.table, [claim])), {}

    _assert_right([claim], benchmark.pedantic(verdicts, setup=session, rounds=15))


@pytest.mark.parametrize("subject, claim, name", BESIDE_SYMPY, ids=IDS)
def test_beside_sympy(timed, subject, claim, name):
    _alone(timed(f"{subject}: {name}", "derive", name), subject, claim)


@pytest.mark.parametrize("subject, claim, name", BESIDE_SYMPY, ids=IDS)
def test_in_its_derivation(timed, subject, claim, name):
    """One claim after those that stand before it in the derivation; a wrong one after all of the true ones."""
    known = prepared(subject)
    before = subject.true[: subject.true.index(claim)] if claim.holds else subject.true

    def session():
        made = known.session()
        verdicts(made, read(made.table, before))
        return (made, read(made.table, [claim])), {}

    benchmark = timed(f"{subject}: {name}", "in its derivation", name)
    _assert_right([claim], benchmark.pedantic(verdicts, setup=session, rounds=15))


@pytest.mark.parametrize("method", ["simplify", "equals"])
@pytest.mark.parametrize("subject, claim, name", BESIDE_SYMPY, ids=IDS)
def test_sympy(timed, subject, claim, name, method):
    known = prepared(subject)
    entries = baselines.differences(known, read(known.model.table, [claim])[0])
    benchmark = timed(f"{subject}: {name}", method, name)
    run = baselines.from_nothing(getattr(baselines, method))
    answer = benchmark.pedantic(run, (entries,), rounds=1)
    benchmark.extra_info.update(answer=str(answer), holds=claim.holds)


# ── beside Math-Verify ──

SCALAR_NAMES = [
    "σ' with eˢ",
    "σ'",
    "softplus'",
    "tanh by σ",
    "binary cross-entropy by the score",
    "log-sum-exp",
    "ridge",
    "ridge, a factor 2 too many",
]
SCALAR_CLAIMS = list(zip(SCALARS.claims, SCALAR_NAMES, strict=True))


@pytest.mark.parametrize("claim, name", SCALAR_CLAIMS, ids=SCALAR_NAMES)
def test_scalar(timed, claim, name):
    """From LaTeX, as Math-Verify is given it."""
    known = prepared(SCALARS)

    def judged(session):
        return verdicts(session, written(session.table, [claim]))

    benchmark = timed(f"scalars: {name}", "derive", name)
    _assert_right([claim], benchmark.pedantic(judged, setup=lambda: ((known.session(),), {}), rounds=15))


@pytest.mark.parametrize("method", ["simplify", "equals"])
@pytest.mark.parametrize("claim, name", SCALAR_CLAIMS, ids=SCALAR_NAMES)
def test_scalar_sympy(timed, claim, name, method):
    known = prepared(SCALARS)
    entries = baselines.differences(known, read(known.model.table, [claim])[0])
    benchmark = timed(f"scalars: {name}", method, name)
    answer = benchmark.pedantic(baselines.from_nothing(getattr(baselines, method)), (entries,), rounds=3)
    benchmark.extra_info.update(answer=str(answer), holds=claim.holds)


@pytest.mark.skipif(find_spec("math_verify") is None, reason="Math-Verify is not installed: pip install '.[bench]'")
@pytest.mark.parametrize("claim, name", SCALAR_CLAIMS, ids=SCALAR_NAMES)
def test_scalar_math_verify(timed, claim, name):
    benchmark = timed(f"scalars: {name}", "Math-Verify", name)
    run = baselines.from_nothing(baselines.math_verify)
    answer = benchmark.pedantic(run, (claim.left, claim.right), rounds=3)
    benchmark.extra_info.update(answer=str(answer), holds=claim.holds)


# ── a process of its own ──


@pytest.mark.parametrize("remembers", [True, False], ids=["certificate remembered", "first time"])
def test_cold_process(timed, tmp_path, monkeypatch, remembers):
    """`derive check` of a document, from start to exit."""
    document = tmp_path / "network.md"
    claims = "\n\n".join(f"$${claim.left} = {claim.right}$$" for claim in RELU.true)
    document.write_text(f"---{RELU.setting}---\n\n{claims}\n", encoding="utf-8")
    caches = iter(range(1000))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # compiled once, as where it is installed
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))

    def cache():
        monkeypatch.setenv("DERIVE_CACHE_DIR", str(tmp_path / ("cache" if remembers else str(next(caches)))))

    def run():
        command = [sys.executable, "-m", "derive", "check", str(document)]
        root = Path(__file__).resolve().parents[2]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=root)

    cache()
    run()
    benchmark = timed("a cold process", "remembered" if remembers else "first", count=len(RELU.true))
    done = benchmark.pedantic(run, setup=cache, rounds=5)
    assert "12 proved for all dimensions" in done.stdout, done.stdout + done.stderr
