"""Celery's side: a hint runs one job; beat sweeps and purges."""

from celery import shared_task
from celery.signals import worker_ready

from . import services


@shared_task(name="jobs.work")
def work() -> bool:
    return services.run_next()


@shared_task(name="jobs.sweep", expires=30)
def sweep() -> int:
    return services.sweep()


@shared_task(name="jobs.purge")
def purge() -> int:
    return services.purge()


@worker_ready.connect
def sweep_at_start(**_kwargs: object) -> None:
    services.sweep()
