"""Things that happen a little later: a refund that turns out to fail, say."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Timers:
    """Daemon timers that all stop together."""

    def __init__(self) -> None:
        self._timers: set[threading.Timer] = set()
        self._lock = threading.Lock()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Run the action once, after so many seconds."""

        def run() -> None:
            with self._lock:
                self._timers.discard(timer)
            action()

        timer = threading.Timer(seconds, run)
        timer.daemon = True
        with self._lock:
            self._timers.add(timer)
        timer.start()

    def stop(self) -> None:
        """Forget what has not happened yet."""
        with self._lock:
            for timer in self._timers:
                timer.cancel()
            self._timers.clear()
