"""The command: `python -m fuzzing --count 100000 --seed=0 --jobs 2`. The exit status is 1 where a verdict is false."""

import argparse
import sys

from fuzzing.mutants import PER_NETWORK
from fuzzing.run import SECONDS, run
from fuzzing.tally import Tally, described
from fuzzing.verdicts import outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzzing", description="Random claims, true and false, against the checker.")
    parser.add_argument("--count", type=int, default=200, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="the time limit of a claim")
    parser.add_argument(
        "--per-network", type=int, default=PER_NETWORK, help=f"mutants a network, at most {PER_NETWORK}"
    )
    parser.add_argument("--only", type=int, metavar="K", help="the mutant of this number alone, in full")
    parser.add_argument("--replay", action="store_true", help="before it, those that share its network: memory counts")
    options = parser.parse_args()
    if options.only is not None:
        return _one(options.seed, options.only, options.seconds, options.replay)
    per_network = max(1, min(options.per_network, PER_NETWORK))
    tally = run(options.seed, options.count, options.jobs, options.seconds, per_network, _progress)
    print(file=sys.stderr)
    print(tally)
    return 1 if tally.faults else 0


def _one(seed: int, number: int, seconds: float, replay: bool) -> int:
    for earlier in range(number // PER_NETWORK * PER_NETWORK, number if replay else 0):
        outcome(seed, earlier, seconds)
    found = outcome(seed, number, seconds, tell=True)
    print("\n".join(described(found)))
    return 1 if found.fault else 0


def _progress(tally: Tally, count: int) -> None:
    line = f"\r{len(tally.outcomes)} of {count}, {len(tally.faults)} faults"
    print(line, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
