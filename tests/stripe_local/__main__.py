"""`python -m tests.stripe_local`: the stand-in in the foreground, until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from .server import LocalStripe
from .webhooks import DEFAULT_SECRET


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.stripe_local", description="A local stand-in for Stripe."
    )
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--webhook-url", help="where events are sent")
    parser.add_argument("--webhook-secret", default=DEFAULT_SECRET, help="whsec_…")
    parser.add_argument("--state", metavar="FILE.sqlite3", help="keep the state in this file")
    parser.add_argument("--quiet", action="store_true", help="no access log")
    options = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = LocalStripe(
        port=options.port,
        host=options.host,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        state=options.state,
        quiet=options.quiet,
    )
    server.start()
    print(f"Local Stripe (stand-in, no real card is charged): {server.base_url}/", flush=True)
    stop.wait()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
