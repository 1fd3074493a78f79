"""Jobs in this very process, one at a time: for tests and for looking closely with a debugger."""

from __future__ import annotations

from pathlib import Path

from core.engines import Event, Job


class InlineEngine:
    """Executes a job when it is waited for. It can be neither killed nor paused, and it keeps no time limit."""

    at_once = True

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
        ended = [each for each in self._jobs if job in each.names]
        self._told += [event for each in ended for event in each.of_all(Event(each.id, "ended", reason=reason))]
        self._jobs = [each for each in self._jobs if each not in ended]

    def pause(self, job: str) -> None:
        """Nothing: what has begun is over before anybody could ask."""

    step = resume = pause

    def close(self) -> None:
        """Nothing is open."""
