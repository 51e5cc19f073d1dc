"""Many writers at once on the live page: `python tests/benchmarks/live_page.py` prints how long verdicts take.

Each writer has a cookie, a page and a document of 40 steps of its own, in whose equations its own number stands. It
types as people do: bursts of keystrokes with pauses, after each of which the page asks for verdicts; some go on before
these are there. Every answer is held to belong to its document, and some are held against a check from scratch.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from statistics import median
from typing import Any

import httpx

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from live_server import TOKEN, LiveServer, live_server

from derive.certificates import Store
from derive.checking.check import check_document
from derive.documents.reading import read_sources
from derive.records import dataclass
from derive.source import Source

SETTING = r"""---
symbols: {X: N x D, W_1: D x H, b_1: 1 x H, W_2: H x C, b_2: 1 x C, y: labels N of C, \lambda: scalar}
model:
  A: X W_1 + b_1
  Z: \max(0, A)
  S: Z W_2 + b_2
  P: softmax(S)
  L: \frac{1}{N}\sum_{i=1}^N -\log P_{i,y_i} + \lambda \sum_{k,l} (W_1)_{kl}^2
loss: L
---
"""
EQUATIONS = (
    r"\frac{\partial L}{\partial W_2} = Z^T \frac{\partial L}{\partial S} + %d W_2 - %d W_2",
    r"%d \frac{\partial L}{\partial Z} = \frac{\partial L}{\partial S} W_2^T %d",
    r"\frac{\partial L}{\partial S_{ij}} = \frac{1}{N}(P_{ij} - \mathbf{1}\{j = y_i\}) + %d - %d",
    r"%d \frac{\partial L}{\partial W_1} = %d (X^T \frac{\partial L}{\partial A} + 2 \lambda W_1)",
    r"%d \lambda \sum_{k,l} (W_1)_{kl}^2 = \lambda %d \|W_1\|_F^2",
    r"\frac{\partial L}{\partial b_{2,j}} = \sum_i \frac{\partial L}{\partial S_{ij}} + %d - %d",
    r"X W_1 %d = %d X W_1",
    r"%d (A - b_1) = %d X W_1",
)
STEPS = 40


# ── what is written ──


def document(nonce: int, steps: int = STEPS) -> list[str]:
    """The equations of a writer, each with the writer's number in it; one of nine is wrong."""
    made = [EQUATIONS[at % len(EQUATIONS)] % (nonce, nonce) for at in range(steps)]
    return [each + " + 1" if at % 9 == 8 else each for at, each in enumerate(made)]


def written(equations: Sequence[str]) -> str:
    return SETTING + "\n".join(f"Step {at}.\n\n$$ {each} $$\n" for at, each in enumerate(equations, 1))


def edited(equations: list[str], nonce: int, chance: random.Random) -> int:
    """Edit one equation in place; its number, from 1."""
    at = chance.randrange(len(equations))
    other = EQUATIONS[chance.randrange(len(EQUATIONS))] % (nonce, nonce)
    equations[at] = other + chance.choice(["", "", " + 0", r" \cdot 1", " + 1"])
    return at + 1


# ── what is measured ──


@dataclass
class Found:
    """What one run has seen, in seconds; what went wrong, in words."""

    to_verdict: list[float] = field(default_factory=list)
    to_done: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    bytes_told: int = 0
    wrong: list[str] = field(default_factory=list)
    checked: int = 0


@dataclass
class Writer:
    """One person at one page."""

    nonce: int
    address: str
    chance: random.Random
    found: Found
    steps: int = STEPS
    samples: list[tuple[str, Counter[str]]] = field(default_factory=list)
    shown: dict[int, tuple[str, str]] = field(default_factory=dict)

    async def write(self, seconds: float, pauses: tuple[float, float]) -> None:
        """Type for a while; what was asked before the models are certified is not measured."""
        async with httpx.AsyncClient(base_url=self.address, timeout=120) as client:
            entered = await client.get("/", params={"token": TOKEN}, follow_redirects=True)
            assert entered.status_code == 200
            equations = document(self.nonce, self.steps)
            await self.ask(client, equations, None)
            end = asyncio.get_running_loop().time() + seconds
            running: set[asyncio.Task[None]] = set()
            while asyncio.get_running_loop().time() < end:
                await asyncio.sleep(self.chance.uniform(*pauses))
                number = edited(equations, self.nonce, self.chance)
                running.add(asyncio.create_task(self.ask(client, list(equations), number)))
                if self.chance.random() < 0.1:  # goes on at once
                    await asyncio.sleep(0.02)
                    number = edited(equations, self.nonce, self.chance)
                    running.add(asyncio.create_task(self.ask(client, list(equations), number)))
                running = {each for each in running if not each.done() or each.result()}
            await asyncio.gather(*running)

    async def ask(self, client: httpx.AsyncClient, equations: Sequence[str], edited_number: int | None) -> None:
        """One request: `edited_number` is the equation whose new verdict is waited for; null where none is measured."""
        text = written(equations)
        began = time.perf_counter()
        verdict: float | None = None
        last: Mapping[str, Any] = {"event": "nothing"}
        headers = {"Origin": self.address}
        held = dict(self.shown.values())
        asked = {"page": f"page {self.nonce}", "name": "notes.md", "text": text, "held": list(held)}
        async with client.stream("POST", "/live/check", json=asked, headers=headers) as answer:
            if answer.status_code != 200:
                self.found.wrong.append(f"status {answer.status_code}: {(await answer.aread())[:200]!r}")
                return
            verdicts: dict[int, list[str]] = {}
            async for line in answer.aiter_lines():
                self.found.bytes_told += len(line)
                last = json.loads(line)
                if last["event"] == "equation":
                    verdicts[last["number"]] = [step["verdict"] for step in last["steps"]]
                    html = held[last["key"]] if last["html"] is None else last["html"]
                    self.shown[last["number"]] = last["key"], html
                    self.hold(html)
                    if last["number"] == edited_number and verdict is None:
                        verdict = time.perf_counter() - began
                        self.found.to_verdict.append(verdict)
        self.found.ends[last["event"]] += 1
        if last["event"] == "done":
            if edited_number is not None:
                self.found.to_done.append(time.perf_counter() - began)
            counted = Counter(each for steps in verdicts.values() for each in steps)
            self.samples.append((text, counted))
            if len(verdicts) != len(equations):
                self.found.wrong.append(f"{len(verdicts)} equations are told of {len(equations)}")
        elif last["event"] != "superseded":
            self.found.wrong.append(json.dumps(last))

    def hold(self, html: str) -> None:
        """Hold an equation to be of this writer's document."""
        if f"<mn>{self.nonce}</mn>" not in html:
            self.found.wrong.append(f"an equation without {self.nonce}: {html[:300]}")

    def compare(self, number: int) -> None:
        """Hold some answers against checks from scratch."""
        for text, counted in self.chance.sample(self.samples, min(number, len(self.samples))):
            steps = check_document(read_sources(Source("notes.md", text)), store=Store(None)).steps
            self.found.checked += 1
            if Counter(step.verdict for step in steps) != counted:
                self.found.wrong.append(f"verdicts of {self.nonce}: {counted}, from scratch otherwise")


def run(
    server: LiveServer,
    writers: int,
    seconds: float,
    compared: int,
    pauses: tuple[float, float] = (0.3, 2.0),
    steps: int = STEPS,
) -> tuple[Found, list[int], list[int]]:
    """What writers find, and the memory of the processes once all know their models, and at the end."""
    found = Found()
    people = [Writer(7001 + 13 * at, server.address, random.Random(at), found, steps) for at in range(writers)]
    held: list[list[int]] = []

    async def all_of_them() -> None:
        async def look() -> None:
            await asyncio.sleep(seconds / 3)
            held.append(server.bytes_held())

        await asyncio.gather(look(), *(each.write(seconds, pauses) for each in people))

    asyncio.run(all_of_them())
    held.append(server.bytes_held())
    for each in people:
        each.compare(compared)
    return found, held[0], held[-1]


def at(share: float, times: Sequence[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))] * 1000 if times else float("nan")


def shown(writers: int, found: Found, before: Sequence[int], after: Sequence[int]) -> str:
    """A line of the table."""
    cells = [
        str(writers),
        str(sum(found.ends.values())),
        str(found.ends["superseded"]),
        str(len(found.wrong)),
        f"{median(found.to_verdict) * 1000:.0f} / {at(0.95, found.to_verdict):.0f}",
        f"{median(found.to_done) * 1000:.0f} / {at(0.95, found.to_done):.0f}",
        f"{found.bytes_told / max(1, found.ends['done']) / 1000:.0f}",
        f"{sum(before) / 1e6:.0f} / {sum(after) / 1e6:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


HEAD = (
    "| writers | requests | superseded | wrong | verdict, ms (median / 95 %) | done, ms | kB an answer | memory, MB |\n"
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def main() -> int:
    parser = argparse.ArgumentParser(description="How long writers on the live page wait.")
    parser.add_argument("--writers", type=int, nargs="*", default=[1, 20])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=0, help="processes; else as many as the server takes by itself")
    options = parser.parse_args()
    workers = ("--workers", str(options.workers)) if options.workers else ()
    print(HEAD)
    wrong: list[str] = []
    for number in options.writers:
        with live_server(*workers) as server:
            found, before, after = run(server, number, options.seconds, compared=2)
        print(shown(number, found, before, after), flush=True)
        wrong += found.wrong
    for each in wrong[:20]:
        print(each)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
