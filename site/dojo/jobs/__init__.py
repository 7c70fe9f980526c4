"""Durable jobs: the message is a hint, the row is the truth.

A job is declared beside the code that it calls, and enqueued in the transaction of its cause:

    from dojo.jobs.declaration import job

    @job("shop.send_receipt", max_attempts=10)
    def send_receipt(*, order_id: int) -> None: ...

    send_receipt.enqueue(order_id=order.pk, key=order.number)

The row is claimed under a lease, retried at a due time that is kept in the row, and found again by
a sweep, whatever becomes of the broker or of the worker. A job runs at least once; with
`atomic=True`, what it writes to the database is there exactly once.
"""
