"""The same on a cluster of dask.distributed, one of whose workers dies midway."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from inline_workers import BY_WORD, InlineWorkers

from derive.commands import class_run
from derive.commands.class_run import Order, mark_and_write
from derive.errors import DocumentError

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("ex.md").write_text("the exercise")
    Path("class").mkdir()
    return tmp_path


@pytest.fixture
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50, memory_limit=0
    ) as made:
        yield made


def test_a_class_is_marked_whole_though_a_worker_is_killed(folder, cluster, monkeypatch):
    names = [f"s{number:02}" for number in range(20)]
    for name in names:
        Path("class", f"{name}.md").write_text(f"{name}\nnote in {folder}/marked\nsleep a little\n(a)")
    Path("class", "defect.md").write_text("raise")

    def kill_one() -> None:
        while not (folder / "marked").exists() or len((folder / "marked").read_text().split()) < 5:
            time.sleep(0.02)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    order = Order("ex.md", ("class",), "out", scheduler=cluster.scheduler_address)
    summary, _ = mark_and_write(order, BY_WORD)
    killer.join(timeout=5)
    assert not killer.is_alive()
    assert [entry.submission for entry in summary.entries("graded")] == names
    assert [entry.submission for entry in summary.entries("review")] == ["defect"]

    monkeypatch.setattr(class_run, "LocalWorkers", InlineWorkers)
    mark_and_write(Order("ex.md", ("class",), "whole"), BY_WORD)
    assert Path("out/grades.csv").read_bytes() == Path("whole/grades.csv").read_bytes()


def test_a_scheduler_that_does_not_answer_is_said(folder, monkeypatch):
    from derive.grading import cluster

    monkeypatch.setattr(cluster, "SECONDS_FOR_A_CONNECTION", 0.3)
    Path("class/ada.md").write_text("(a)")
    order = Order("ex.md", ("class",), "out", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(DocumentError, match=r"^out: no scheduler can be reached at tcp://127\.0\.0\.1:9 ") as error:
        mark_and_write(order, BY_WORD)
    assert "\n" not in str(error.value)
