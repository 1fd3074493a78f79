"""Jobs in this very process, one at a time: for tests and for looking closely with a debugger."""

from __future__ import annotations

from pathlib import Path

from core.engines import Event, Job


class InlineEngine:
    """Executes a job when it is waited for. It cannot be killed, and it keeps no time limit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: list[Job] = []
        self._told: list[Event] = []

    def free(self, lane: str) -> int:
        """One place per lane."""
        return int(not any(job.lane == lane for job in self._jobs))

    def start(self, job: Job) -> None:
        """Keep the job until it is waited for."""
        self._jobs.append(job)

    def wait(self, seconds: float) -> list[Event]:
        """Execute what was started and give everything it said."""
        from core.worker import Worker

        events, self._told = self._told, []
        worker = Worker(self._folder)
        while self._jobs:
            events += worker.events(self._jobs.pop(0))
            while worker.unsaved:
                events.append(worker.save())
        return events

    def stop(self, job: str, reason: str = "") -> None:
        """Forget a job that has not begun."""
        self._told += [Event(each.id, "ended", reason=reason) for each in self._jobs if each.id == job]
        self._jobs = [each for each in self._jobs if each.id != job]

    def close(self) -> None:
        """Nothing is open."""
