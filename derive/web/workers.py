"""The processes that do the work: which job goes to which, and what becomes of one that dies or takes too long.

A page keeps to the worker that has checked it before, which knows most of it, unless that is at something long. A
newer job of the same page puts an older one aside. Who waits no longer for an answer gives up the job; a worker that
does not stop in time is killed.
Among those who wait, the visitor for whom least is being done comes first. Where all verdicts of a page are told and
only their explanations are still looked for, others who wait for verdicts go before, and the page is taken up again.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import field
from typing import Any

from derive.errors import ServingError
from derive.records import dataclass
from derive.web.problems import DEFECT, STOPPING, TOOK_TOO_LONG, problem

Event = Mapping[str, Any]

PROGRAM = (sys.executable, "-m", "derive.web.worker")
SECRET = "DERIVE_TOKEN"
"""What stands in the environment of the server and is not the workers' affair."""
LONGEST_LINE = 64_000_000
SECONDS_TO_STOP = 10.0
"""A worker that was asked to stop and has not stopped then is killed. A step takes less; what it came to is kept."""
SECONDS_TO_RESTART = 1.0
"""What could not even start is started again after this time."""
SECONDS_FOR_OWN_WORKER = 0.3
"""A page waits so long for the worker that knows it; then it takes any other, for which all of it is new."""
SECONDS_OF_SHORT_JOB = 3.0
"""While the worker that knows a page is at a job that is no older, the page waits on: it will soon be its turn."""
MOST_SECONDS_FOR_OWN_WORKER = 6.0
"""However short they are, it waits no longer."""
MOST_WAITING = 400
MOST_OF_VISITOR = 100
VERDICTS = "verdicts"
"""The event after which a job has told what is waited for most."""
MOST_PUT_OFF = 6
"""How often a job that has told its verdicts waits for others."""
MOST_PAGES = 10_000


@dataclass(frozen=True)
class Limits:
    """What the work may cost: processes, seconds of one job, bytes of memory of one process."""

    workers: int = 2
    seconds: float = 60.0
    memory: int = 2_000_000_000


class BusyError(Exception):
    """More jobs wait than will be answered in reasonable time: of all visitors, or of this one alone."""

    def __init__(self, of_visitor: bool = False) -> None:
        self.of_visitor = of_visitor
        super().__init__()


@dataclass(eq=False)
class _Task:
    """A job on its way: `told` holds its events, a null at their end. `since` is when it began to wait, or to run.

    `place` is that in the queue: a page that asks again while it waits keeps it, so that typing makes no wait longer.
    """

    number: int
    page: str
    job: str
    content: Mapping[str, Any]
    visitor: str
    since: float
    told: "asyncio.Queue[Event | None]" = field(default_factory=asyncio.Queue)
    place: int = 0
    is_over: bool = False
    is_timed: bool = False
    has_verdicts: bool = False
    is_put_off: bool = False
    times_put_off: int = 0

    @property
    def may_be_put_off(self) -> bool:
        """Whether what is left of it may wait for others; not for ever."""
        return self.has_verdicts and not self.is_put_off and self.times_put_off < MOST_PUT_OFF

    def put_off(self) -> None:
        """Let it wait once more, from now on."""
        self.is_put_off, self.is_timed = False, False
        self.times_put_off += 1
        self.since = asyncio.get_running_loop().time()

    def tell(self, event: Event) -> None:
        """Add an event; nothing is said of a task that is over."""
        if not self.is_over:
            self.told.put_nowait(event)

    def end(self, event: Event | None = None) -> None:
        """Say the last that is said."""
        if event is not None:
            self.tell(event)
        if not self.is_over:
            self.is_over = True
            self.told.put_nowait(None)


class Workers:
    """A number of processes and the jobs that wait for them. Use it as `async with Workers(limits) as workers`."""

    def __init__(self, limits: Limits, program: Sequence[str] = PROGRAM) -> None:
        self.limits = limits
        self._lanes = [_Lane(self, limits, program) for _ in range(max(1, limits.workers))]
        self._waiting: list[_Task] = []
        self._of_page: OrderedDict[str, _Lane] = OrderedDict()
        self._number = 0

    async def __aenter__(self) -> "Workers":
        """Start the processes, and wait until they are ready. Raises `ServingError` where they can not start."""
        await asyncio.gather(*(lane.open() for lane in self._lanes))
        try:
            await asyncio.gather(*(lane.ready() for lane in self._lanes))
        except ServingError:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._waiting:
            task.end(problem("The server is stopping.", STOPPING))
        await asyncio.gather(*(lane.close() for lane in self._lanes))

    async def events(
        self, job: str, content: Mapping[str, Any], page: str = "", visitor: str = ""
    ) -> AsyncGenerator[Event]:
        """The events of a job, the last of them `problem` where it could not be done. Raises `BusyError`.

        A page is a name under which a worker may know what came before; an older job of the page is put aside.
        """
        place = self._put_aside(page)
        self.refuse_if_busy(visitor)
        self._number += 1
        task = _Task(self._number, page, job, content, visitor, asyncio.get_running_loop().time())
        task.place = place or task.number
        self._waiting.append(task)
        self.assign()
        self.make_room()
        try:
            while (event := await task.told.get()) is not None:
                yield event
        finally:
            self._give_up(task)

    def refuse_if_busy(self, visitor: str = "") -> None:
        """Raises `BusyError` where too many jobs wait."""
        if len(self._waiting) >= MOST_WAITING:
            raise BusyError
        if sum(task.visitor == visitor for task in self._waiting) >= MOST_OF_VISITOR:
            raise BusyError(of_visitor=True)

    async def last(self, job: str, content: Mapping[str, Any], page: str = "", visitor: str = "") -> Event:
        """The last event of a job, for those that have only one."""
        found: Event = problem("Nothing was found.", DEFECT)
        async with aclosing(self.events(job, content, page, visitor)) as events:
            async for event in events:
                found = event
        return found

    def assign(self) -> None:
        """Give jobs that wait to workers that are free."""
        while any(lane.is_free for lane in self._lanes):
            found = next(((task, lane) for task in self._in_turn() if (lane := self._lane_for(task))), None)
            if found is None:
                return
            task, lane = found
            self._waiting.remove(task)
            self._remember(task.page, lane)
            lane.start(task)

    def make_room(self) -> None:
        """Put off what may wait, where the verdicts of others wait for it."""
        if any(lane.is_free or (lane.task is not None and lane.task.is_put_off) for lane in self._lanes):
            return
        first = next((task for task in self._in_turn() if not task.has_verdicts), None)
        patient = [lane for lane in self._lanes if lane.task is not None and lane.task.may_be_put_off]
        if first is None or not patient:
            return
        own = self._of_page.get(first.page)
        (own if own in patient else patient[0]).put_off()

    def take_up_again(self, task: _Task) -> None:
        """Let a job that was put off wait for its turn."""
        task.put_off()
        self._waiting.append(task)

    def _in_turn(self) -> list[_Task]:
        """Those who wait: first for verdicts, then who has least being done, then who came first."""
        running = Counter(lane.task.visitor for lane in self._lanes if lane.task is not None)
        return sorted(self._waiting, key=lambda task: (task.has_verdicts, running[task.visitor], task.place))

    def _lane_for(self, task: _Task) -> "_Lane | None":
        """The worker that knows the page if it is free or soon may be, else one that is free and knows the fewest."""
        own = self._of_page.get(task.page)
        if own is not None and own.is_free:
            return own
        free = [lane for lane in self._lanes if lane.is_free]
        if not free:
            return None
        if own is not None and self._may_wait(task, own):
            return None
        pages = Counter(map(id, self._of_page.values()))
        return min(free, key=lambda lane: pages[id(lane)])

    def _may_wait(self, task: _Task, own: "_Lane") -> bool:
        """Whether a job may wait longer for its own worker; when it may no more, jobs are given out anew."""
        loop = asyncio.get_running_loop()
        until = task.since + SECONDS_FOR_OWN_WORKER
        if own.task is not None:
            until = max(until, own.task.since + SECONDS_OF_SHORT_JOB)
        left = min(until, task.since + MOST_SECONDS_FOR_OWN_WORKER) - loop.time()
        if left > 0 and not task.is_timed:
            task.is_timed = True
            loop.call_later(left, self._assign_anew, task)
        return left > 0

    def _assign_anew(self, task: _Task) -> None:
        """Give out jobs again, since one may have waited long enough for its own worker."""
        task.is_timed = False
        self.assign()

    def _remember(self, page: str, lane: "_Lane") -> None:
        if page:
            self._of_page.pop(page, None)
            self._of_page[page] = lane
        while len(self._of_page) > MOST_PAGES:
            self._of_page.popitem(last=False)

    def _put_aside(self, page: str) -> int | None:
        """End what an earlier request of a page asked for; the place of one that waited, which the newer one takes."""
        if not page:
            return None
        waited = [task for task in self._waiting if task.page == page]
        running = [lane.task for lane in self._lanes if lane.task is not None and lane.task.page == page]
        for task in [*waited, *running]:
            task.end({"event": "superseded"})
            self._give_up(task)
        return min((task.place for task in waited), default=None)

    def _give_up(self, task: _Task) -> None:
        task.is_over = True
        if task in self._waiting:
            self._waiting.remove(task)
        for lane in self._lanes:
            if lane.task is task:
                lane.stop()


class _Lane:
    """One process, made anew when it has died, and the task that it is at."""

    def __init__(self, workers: Workers, limits: Limits, program: Sequence[str]) -> None:
        self._workers, self._limits, self._program = workers, limits, program
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._first_start: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._is_ready = self._has_started = self._is_closed = self._is_late = False
        self.task: _Task | None = None

    @property
    def is_free(self) -> bool:
        """Whether it can begin with a job at once."""
        return self._is_ready and self.task is None

    async def open(self) -> None:
        """Start the process; it is free as soon as it says that it is ready."""
        command = (*self._program, str(self._limits.memory))
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=LONGEST_LINE,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name != SECRET},
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def ready(self) -> None:
        """Wait for the first process. Raises `ServingError` where it ends before it is ready."""
        if not await self._first_start:
            raise ServingError("a process that checks documents ended as soon as it was started")

    async def close(self) -> None:
        """End the process, whatever it is at."""
        self._is_closed = True
        self._kill()
        if self._reading is not None:
            await self._reading
        if self.task is not None:
            self.task.end(problem("The server is stopping.", STOPPING))

    def start(self, task: _Task) -> None:
        """Begin with a job."""
        self.task, self._is_late = task, False
        task.since = asyncio.get_running_loop().time()
        again = {"again": True} if task.times_put_off else {}
        self._say({"number": task.number, "job": task.job, "content": {**task.content, **again}})
        self._limit(self._limits.seconds)

    def stop(self) -> None:
        """Ask the process to give up what it is at; kill it if it does not."""
        if self.task is not None:
            self._say({"stop": self.task.number})
            self._limit(SECONDS_TO_STOP)

    def put_off(self) -> None:
        """Ask the process to leave off; the job is taken up again."""
        if self.task is not None:
            self.task.is_put_off = True
            self.stop()

    def _limit(self, seconds: float) -> None:
        self._unlimit()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._expire)

    def _unlimit(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._is_late = True
        self._kill()

    def _kill(self) -> None:
        self._unlimit()
        if self._process is not None:
            _kill(self._process)

    def _say(self, said: Mapping[str, Any]) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(ConnectionError):
                self._process.stdin.write(json.dumps(said).encode() + b"\n")

    async def _read(self, process: Process) -> None:
        """Pass on what the process tells, until it ends; then start another."""
        assert process.stdout is not None
        with suppress(ValueError, ConnectionError):  # a line that is too long, a pipe that broke
            while line := await process.stdout.readline():
                self._heard(json.loads(line))
        _kill(process)
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        had_been_ready, self._is_ready, self._has_started = self._has_started, False, False
        self._started(False)
        self._unlimit()
        if self.task is not None:
            self._lost(self.task)
        if not had_been_ready and not self._is_closed:  # it can not even start: no use to try again at once
            await asyncio.sleep(SECONDS_TO_RESTART)
        if not self._is_closed:
            await self.open()

    def _heard(self, said: Mapping[str, Any]) -> None:
        if "ready" in said:
            self._is_ready = self._has_started = True
            self._started(True)
        elif self.task is None or said["number"] != self.task.number:
            return
        elif "end" in said:
            self._unlimit()
            self._is_ready = not said["leaves"]
            self._ended(self.task, was_done=said["done"])
        else:
            self.task.tell(said["event"])
            self.task.has_verdicts |= said["event"]["event"] == VERDICTS
        self._workers.assign()
        self._workers.make_room()

    def _lost(self, task: _Task) -> None:
        """Its process has died; what was put off then is taken up by another."""
        self.task = None
        if task.is_put_off and not task.is_over and not self._is_closed:
            self._workers.take_up_again(task)
        else:
            task.end(self._of_dead())

    def _ended(self, task: _Task, *, was_done: bool) -> None:
        self.task = None
        if task.is_put_off and not was_done and not task.is_over:
            self._workers.take_up_again(task)
        else:
            task.end()

    def _started(self, is_ready: bool) -> None:
        if not self._first_start.done():
            self._first_start.set_result(is_ready)

    def _of_dead(self) -> Event:
        if self._is_closed:
            return problem("The server is stopping.", STOPPING)
        if self._is_late:
            return problem(f"This took longer than {self._limits.seconds:g} s and was ended.", TOOK_TOO_LONG)
        return problem("The process that was at this died; it may need more memory than one request may take.", DEFECT)


def _kill(process: Process) -> None:
    """End a process. `Process.kill` would wait for it as well, which its watcher does: one of both finds it gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
