"""Jobs of the live page's server done without processes, for tests of the routes around them."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from derive.certificates import Store
from derive.errors import DocumentError
from derive.web.desk import Desk
from derive.web.jobs import JOBS
from derive.web.problems import problem, problem_of
from derive.web.shelf import NoExerciseError
from derive.web.workers import Limits


class InlineJobs:
    """Does each job as soon as it is asked for."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.desk = Desk(Store(None))

    async def __aenter__(self) -> "InlineJobs":
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing runs."""

    def refuse_if_busy(self, visitor: str = "") -> None:
        """Nobody waits."""

    async def events(
        self, job: str, content: Mapping[str, Any], page: str = "", visitor: str = ""
    ) -> AsyncGenerator[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        try:
            JOBS[job](content, self.desk, found.append)
        except DocumentError as error:
            found.append(problem_of(error))
        except NoExerciseError:
            found.append(problem("There is no such exercise.", 404))
        for event in found:
            yield event

    async def last(self, job: str, content: Mapping[str, Any], page: str = "", visitor: str = "") -> Mapping[str, Any]:
        return [event async for event in self.events(job, content)][-1]
