"""The processes of the live page: what becomes of jobs that hang, die, fail, or are waited for no longer."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from derive.errors import ServingError
from derive.web import workers as waiting
from derive.web.workers import BusyError, Limits, Workers

PROGRAM = (sys.executable, str(Path(__file__).with_name("odd_worker.py")))
LIMITS = Limits(workers=1, seconds=1.0, memory=3_000_000_000)


def with_workers(use: Callable[[Workers], Awaitable[Any]], limits: Limits = LIMITS) -> Any:
    async def run() -> Any:
        async with Workers(limits, PROGRAM) as workers:
            return await asyncio.wait_for(use(workers), 30)

    return asyncio.run(run())


async def all_of(workers: Workers, job: str, page: str = "", **content: Any) -> list[Any]:
    return [event async for event in workers.events(job, content, page)]


async def goes_on(workers: Workers) -> bool:
    return (await all_of(workers, "echo", said="still there"))[0]["said"] == "still there"


@pytest.mark.parametrize(
    "job, content, status, message",
    [
        ("sleep", {"seconds": 60}, 504, "This took longer than 1 s and was ended."),
        ("die", {}, 500, "The process that was at this died; it may need more memory than one request may take."),
        ("fail", {}, 500, "Internal error (please report it): ZeroDivisionError: a defect of two lines"),
        ("take", {"bytes": 4_000_000_000}, 422, "This needs more memory than one request may take."),
        ("nest", {}, 422, "This is nested too deeply to be read."),
        ("unknown", {}, 500, "Internal error (please report it): KeyError: 'unknown'"),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_the_next_job_is_done(
    job: str, content: dict[str, Any], status: int, message: str
):
    async def use(workers: Workers) -> tuple[Any, bool]:
        return (await all_of(workers, job, **content))[-1], await goes_on(workers)

    problem = {"event": "problem", "message": message, "line": None, "column": None, "status": status}
    assert with_workers(use) == (problem, True)


def test_what_a_job_prints_is_no_answer():
    async def use(workers: Workers) -> Any:
        return await all_of(workers, "talk")

    assert with_workers(use) == [{"event": "done"}]


def test_a_newer_job_of_a_page_puts_the_older_one_aside():
    async def use(workers: Workers) -> Any:
        first = asyncio.create_task(all_of(workers, "tick", "a page", times=10_000))
        await asyncio.sleep(0.5)
        second = await all_of(workers, "echo", "a page", said="newer")
        return (await first)[-1], second[0]["said"]

    assert with_workers(use, Limits(1, 60, LIMITS.memory)) == ({"event": "superseded"}, "newer")


def test_a_job_that_waits_is_put_aside_as_well():
    async def use(workers: Workers) -> Any:
        first = asyncio.create_task(all_of(workers, "tick", "one", times=30))
        await asyncio.sleep(0.3)
        older = asyncio.create_task(all_of(workers, "echo", "two", said="older"))
        await asyncio.sleep(0)
        newer = await all_of(workers, "echo", "two", said="newer")
        return await older, newer[0]["said"], len(await first)

    assert with_workers(use) == ([{"event": "superseded"}], "newer", 30)


def test_a_job_that_nobody_waits_for_is_given_up_soon(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "SECONDS_TO_STOP", 1.0)

    async def use(workers: Workers) -> Any:
        for job, content in (("tick", {"times": 10_000}), ("sleep", {"seconds": 60})):
            async with aclosing(workers.events(job, content)) as events:
                async for _ in events:
                    break
        return await goes_on(workers)

    assert with_workers(use, Limits(1, 60, LIMITS.memory))


def test_a_page_keeps_to_its_worker_and_others_do_not_wait_for_it():
    async def use(workers: Workers) -> Any:
        processes = [(await all_of(workers, "echo", "a page", said=""))[0]["process"] for _ in range(5)]
        long = asyncio.create_task(all_of(workers, "sleep", "a page", seconds=3))
        await asyncio.sleep(0.1)
        other = (await all_of(workers, "echo", "another page", said=""))[0]["process"]
        assert not long.done()
        long.cancel()
        return len(set(processes)), other in processes

    assert with_workers(use, Limits(2, 60, LIMITS.memory)) == (1, False)


@pytest.mark.parametrize("short, keeps_to_its_own", [(3.0, True), (0.1, False)])
def test_a_page_waits_for_its_worker_as_long_as_that_is_at_short_jobs(
    monkeypatch: pytest.MonkeyPatch, short: float, keeps_to_its_own: bool
):
    monkeypatch.setattr(waiting, "SECONDS_OF_SHORT_JOB", short)

    async def use(workers: Workers) -> Any:
        own = {page: (await all_of(workers, "echo", page, said=""))[0]["process"] for page in "abc"}
        assert own["a"] == own["c"] != own["b"]
        other = asyncio.create_task(all_of(workers, "sleep", "a", seconds=0.8))
        await asyncio.sleep(0.2)
        found = (await all_of(workers, "echo", "c", said=""))[0]["process"]
        assert other.done() == keeps_to_its_own
        await other
        return found == own["c"]

    assert with_workers(use, Limits(2, 60, LIMITS.memory)) == keeps_to_its_own


def test_verdicts_go_before_explanations_which_are_taken_up_again():
    async def use(workers: Workers) -> Any:
        told: list[str] = []

        async def follow(of: str, times: int) -> None:
            async for event in workers.events("explain", {"of": of, "times": times}, f"page of {of}"):
                if event["event"] != "equation":
                    told.append(f"{event['event']} {of}")

        first = asyncio.create_task(follow("one", 100))
        await asyncio.sleep(0.4)
        second = asyncio.create_task(follow("two", 3))
        await asyncio.gather(first, second)
        return told

    said = ["verdicts one", "verdicts two", "done two", "verdicts one", "done one"]
    assert with_workers(use, Limits(1, 60, LIMITS.memory)) == said


def test_explanations_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "MOST_PUT_OFF", 1)

    async def use(workers: Workers) -> Any:
        first = asyncio.create_task(all_of(workers, "explain", "one", of="one", times=60))
        await asyncio.sleep(0.3)
        while not first.done():
            await all_of(workers, "echo", said="")
        return [event["event"] for event in await first].count("verdicts")

    assert with_workers(use, Limits(1, 60, LIMITS.memory)) == 2


def test_many_at_once_get_their_own_answers():
    async def use(workers: Workers) -> Any:
        return await asyncio.gather(*(all_of(workers, "echo", f"page {at}", said=at) for at in range(100)))

    found = with_workers(use, Limits(2, 60, LIMITS.memory))
    assert [[event["said"] for event in events] for events in found] == [[at] for at in range(100)]


def test_when_too_many_wait_the_next_is_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "MOST_WAITING", 2)

    async def use(workers: Workers) -> Any:
        tasks = [asyncio.create_task(all_of(workers, "echo", said=at)) for at in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await all_of(workers, "echo", said="one more")
        return len(await asyncio.gather(*tasks, return_exceptions=True))

    assert with_workers(use) == 3


def test_who_asks_for_much_does_not_keep_others_waiting():
    async def use(workers: Workers) -> list[str]:
        order: list[str] = []

        async def ask(visitor: str) -> None:
            await workers.last("sleep", {"seconds": 0.01}, visitor=visitor)
            order.append(visitor)

        await asyncio.gather(*(ask("greedy") for _ in range(20)), ask("modest"))
        return order

    assert "modest" in with_workers(use, Limits(2, 60, LIMITS.memory))[:4]


def test_one_visitor_can_not_fill_the_queue(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "MOST_OF_VISITOR", 3)

    async def use(workers: Workers) -> tuple[bool, Any]:
        tasks = [asyncio.create_task(workers.last("sleep", {"seconds": 0.2}, visitor="greedy")) for _ in range(4)]
        await asyncio.sleep(0.1)
        with pytest.raises(BusyError) as caught:
            await workers.last("echo", {"said": 1}, visitor="greedy")
        other = await workers.last("echo", {"said": 2}, visitor="modest")
        await asyncio.gather(*tasks)
        return caught.value.of_visitor, other["said"]

    assert with_workers(use) == (True, 2)


def test_a_page_that_asks_again_and_again_waits_once():
    async def use(workers: Workers) -> tuple[int, list[Any]]:
        tasks = [asyncio.create_task(all_of(workers, "tick", "a page", times=3)) for _ in range(300)]
        ends = [(await task)[-1]["event"] for task in tasks]
        return ends.count("superseded"), ends[-1:]

    assert with_workers(use, Limits(2, 60, LIMITS.memory)) == (299, ["tick"])


def test_who_asks_again_while_waiting_keeps_the_place():
    async def use(workers: Workers) -> list[str]:
        order: list[str] = []

        async def ask(page: str) -> None:
            if (await workers.last("sleep", {"seconds": 0.2}, page))["event"] == "done":
                order.append(page)

        tasks = [asyncio.create_task(ask(page)) for page in ("first", "typing", "other", "third")]
        await asyncio.sleep(0.05)
        tasks.append(asyncio.create_task(ask("typing")))
        await asyncio.gather(*tasks)
        return order

    assert with_workers(use) == ["first", "typing", "other", "third"]


def test_a_process_that_has_come_to_hold_much_makes_place_for_another():
    async def use(workers: Workers) -> bool:
        first = (await all_of(workers, "hold", bytes=1_200_000_000))[0]["process"]
        return first != (await all_of(workers, "echo", said=1))[0]["process"]

    assert with_workers(use, Limits(1, 60, 2_000_000_000))


def test_a_process_that_is_killed_takes_no_other_job_with_it():
    async def use(workers: Workers) -> list[Any]:
        struck = asyncio.create_task(all_of(workers, "sleep", "struck", seconds=30))
        others = [asyncio.create_task(all_of(workers, "tick", f"page {at}", times=30)) for at in range(3)]
        await asyncio.sleep(0.1)
        pid = (await workers.last("echo", {"said": 1}, "another"))["process"]
        for lane in workers._lanes:
            if lane._process.pid != pid and lane.task and lane.task.job == "sleep":
                os.kill(lane._process.pid, signal.SIGKILL)
        return [(await struck)[-1]["status"], *[[event["number"] for event in await other] for other in others]]

    assert with_workers(use, Limits(2, 60, LIMITS.memory)) == [500, *[list(range(30))] * 3]


def test_who_looks_at_the_clock_hears_that_nobody_waits():
    async def use(workers: Workers) -> bool:
        processes = []
        async with aclosing(workers.events("look", {})) as events:
            async for event in events:
                processes.append(event["process"])
                break
        began = asyncio.get_running_loop().time()
        processes.append((await all_of(workers, "echo", said=1))[0]["process"])
        return processes[0] == processes[1] and asyncio.get_running_loop().time() - began < 5

    assert with_workers(use, Limits(1, 60, LIMITS.memory))


def test_workers_do_not_know_the_token(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DERIVE_TOKEN", "a-token-for-tests-only")

    async def use(workers: Workers) -> Any:
        return (await all_of(workers, "environment"))[0]["names"]

    names = with_workers(use)
    assert "PATH" in names
    assert "DERIVE_TOKEN" not in names


def test_where_the_server_stops_those_who_wait_are_told():
    async def run() -> Any:
        async with Workers(Limits(1, 60, LIMITS.memory), PROGRAM) as workers:
            tasks = [asyncio.create_task(all_of(workers, "sleep", seconds=60)) for _ in range(2)]
            await asyncio.sleep(1)
        return [(await task)[-1]["message"] for task in tasks]

    assert asyncio.run(run()) == ["The server is stopping."] * 2


def test_where_no_process_can_start_the_server_does_not():
    async def run() -> None:
        async with Workers(LIMITS, (sys.executable, "-c", "pass")):
            pytest.fail("it started")

    with pytest.raises(ServingError, match=r"^a process that checks documents ended as soon as it was started$"):
        asyncio.run(run())
