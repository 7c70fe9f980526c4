"""A local stand-in for Stripe, for development and tests only.

It serves the part of Stripe's API that the shop uses, a small Stripe.js and signed webhooks, so
that `make demo` and the tests need neither an account nor the network. No real card is charged.
See README.md for how to start it and what it leaves out.
"""

API_VERSION = "2026-10-28.endive"
"""The version pinned by the installed `stripe` package; a test keeps the two equal."""
