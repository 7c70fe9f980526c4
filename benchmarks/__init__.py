"""What the figures on speed come from: `make bench`.

Each module has a `run()` that prints a table. Machines differ and share their cores, so what counts
are the ratios within one run. They work in a database that is made for them and thrown away:
SQLite, or the server that DATABASE_URL names.
"""
