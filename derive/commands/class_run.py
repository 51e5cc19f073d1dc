"""An order -> a class marked, and all of it written."""

import os
from dataclasses import field
from pathlib import Path

from joblib import cpu_count

from derive.certificates import program_digest
from derive.commands.speaking import complain
from derive.errors import DocumentError, MissingExtraError
from derive.grading.by_path import blank_parts, mark_file
from derive.grading.collecting import Collection, Skipped, Submission, collect
from derive.grading.comparing import compare, marks_of
from derive.grading.entries import Job
from derive.grading.marker import Limits, Marker
from derive.grading.parts import read_exercise
from derive.grading.results import Marked, PartResult
from derive.grading.roster import Enrolment, enrol, entries, read_students
from derive.grading.run import Progress, for_review, mark_class
from derive.grading.workers import LocalWorkers, Workers, WorkersLostError
from derive.records import dataclass
from derive.writing.everything import Class, write_everything
from derive.writing.files import FolderInUseError, only_writer
from derive.writing.results_folder import ResultsFolder, basis_of
from derive.writing.run_summary import Summary


@dataclass(frozen=True)
class Order:
    """What is to be marked, for whom, with which means, and where the results go."""

    exercise: str
    submissions: tuple[str, ...]
    output: str
    students: str | None = None
    limits: Limits = field(default_factory=Limits)
    jobs: int | None = None
    scheduler: str | None = None
    trust: bool = False


@dataclass(frozen=True)
class Subject:
    """What is known of an exercise: what marks its submissions, its parts without marks, its title.

    `takes_code`: modules of code are submissions, too.
    """

    marker: Marker
    blank: tuple[PartResult, ...]
    title: str
    takes_code: bool = False


def grade_class(order: Order, progress: Progress | None = None) -> tuple[Summary, bool]:
    """Mark a class and write all of it; the summary, and whether all that was named was found.

    Raises `DocumentError` where the exercise, the table of students or the folder of results cannot be used.
    """
    exercise = read_exercise(order.exercise)
    title = exercise.document.setting.title or Path(order.exercise).stem
    takes_code = "code" in exercise.document.setting.aside
    marker = _marker_of_code(order) if takes_code else mark_file
    return mark_and_write(order, Subject(marker, blank_parts(exercise), title, takes_code), progress)


def _marker_of_code(order: Order) -> Marker:
    """What marks written work and code; NumPy is loaded for it."""
    from derive.implementations import by_path

    return by_path.mark_trusted_file if order.trust else by_path.mark_file


def mark_and_write(order: Order, subject: Subject, progress: Progress | None = None) -> tuple[Summary, bool]:
    """The same by any marker."""
    students = () if order.students is None else read_students(order.students)
    names = [name for one in students for name in (one.id, one.name, one.email)]
    found = _collected(order, names, takes_code=subject.takes_code)
    enrolment = Enrolment({}) if order.students is None else enrol(students, found.submissions)
    folder = Path(order.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with only_writer(folder):
            summary = _in_folder(order, subject, found, enrolment, progress)
    except (FolderInUseError, WorkersLostError) as error:
        raise DocumentError(order.output, str(error)) from None
    except OSError as error:
        raise DocumentError(order.output, f"the results can not be written ({error.strerror or error})") from None
    return summary, not found.errors


def _collected(order: Order, names: list[str], *, takes_code: bool) -> Collection:
    """The submissions; what is not there is said, and is a reason to stop where nothing else is."""
    found = collect(order.submissions, Path(order.exercise), Path(order.output), names, takes_code=takes_code)
    if not found.submissions:
        raise found.errors[0] if found.errors else DocumentError(order.submissions[0], "no submission was found here")
    for error in found.errors:
        complain(str(error))
    return found


def _in_folder(
    order: Order, subject: Subject, found: Collection, enrolment: Enrolment, progress: Progress | None
) -> Summary:
    """Mark what is new, and write all."""
    memory = ResultsFolder(
        Path(order.output),
        basis_of(Path(order.exercise), program_digest(of_marks=True)),
        repr((order.limits, order.trust)),
    )
    before = memory.begin()
    submissions = [one for one in found.submissions if one.name not in enrolment.superseded]
    jobs = [_job(one, order) for one in submissions if one.problem is None]
    run = mark_class(jobs, subject.blank, memory, lambda number: _workers(order, subject.marker, number), progress)
    marked = {one.name: run.marked.get(one.name) or _empty(one, order, subject.blank, memory) for one in submissions}
    made = Class(
        Path(order.exercise).name,
        subject.title,
        subject.blank,
        entries(marked, enrolment, subject.blank),
        compare(before, marks_of(marked)),
        was_regraded=bool(before),
    )
    write_everything(made, Path(order.output), processes=order.jobs or cpu_count())
    skipped = [(one.path, one.reason) for one in (*found.skipped, *_superseded(found, enrolment))]
    return Summary(made, order.output, run.recalled, tuple(skipped), enrolment.strangers)


def _job(submission: Submission, order: Order) -> Job:
    """The submission under the paths that were given; on a cluster under those that all machines know."""
    paths = order.exercise, str(submission.path)
    exercise, path = paths if order.scheduler is None else map(os.path.abspath, paths)
    return Job(submission.name, exercise, path)


def _empty(submission: Submission, order: Order, blank: tuple[PartResult, ...], memory: ResultsFolder) -> Marked:
    """The marks of a folder with nothing in it that could be marked."""
    job = _job(submission, order)
    marked = for_review(job, submission.problem or "", blank)
    memory.record(job, marked, by_limits=False)
    return marked


def _superseded(found: Collection, enrolment: Enrolment) -> list[Skipped]:
    return [
        Skipped(str(one.path), f"{enrolment.superseded[one.name]} of the same student is marked")
        for one in found.submissions
        if one.name in enrolment.superseded
    ]


def _workers(order: Order, marker: Marker, number: int) -> Workers:
    """The workers for a number of submissions, on this machine or on a cluster."""
    if order.scheduler is None:
        return LocalWorkers(marker, order.limits, order.jobs, number)
    try:
        from derive.grading.cluster import ClusterWorkers
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dask", "distributed"):
            raise
        raise MissingExtraError("--scheduler needs dask.distributed: pip install 'derive[cluster]'") from None
    return ClusterWorkers(marker, order.limits, order.scheduler)
