"""`make demo`: prepare the site, then run web, worker, clock and the local Stripe together.

One foreground process group: Ctrl-C, or a TERM to this process, stops all of them.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from honcho.manager import Manager

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
PORT = int(os.environ.get("PORT", "8000"))
SITE = f"http://127.0.0.1:{PORT}"
STRIPE = f"http://127.0.0.1:{PORT + 1}"

WELCOME = f"""
  Le Dojo Financier est ouvert.

    Site                 {SITE}/
    Administration       {SITE}/admin/
    Stripe local         {STRIPE}/      (aucune vraie carte n’est débitée)

    Étudiante            etudiant@dojo.test
    Édition              editeur@dojo.test
    Administration       admin@dojo.test
    Mot de passe         dojo-demo-2026

    Carte acceptée       4242 4242 4242 4242, une date à venir, un CVC quelconque
    Carte refusée        4000 0000 0000 0002
    Code promo           BIENVENUE10
    Courriels envoyés    var/mail/

  Ctrl-C arrête tout.
"""


def environment() -> dict[str, str]:
    defaults = {
        "DJANGO_SETTINGS_MODULE": "dojo.settings.dev",
        "DEBUG": "0",
        "SITE_URL": SITE,
        "STRIPE_API_BASE": STRIPE,
        "STRIPE_JS_URL": f"{STRIPE}/v3/",
        "STRIPE_WEBHOOK_SECRET": "whsec_local",
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **os.environ, "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}"}


def prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("setup_site")
    call_command("load_demo")
    call_command("collectstatic", interactive=False, verbosity=0)


def processes(env: dict[str, str]) -> dict[str, list[str]]:
    celery = [str(BIN / "celery"), "--app", "dojo"]
    return {
        "stripe": [
            *(PYTHON, "-m", "tests.stripe_local", "--port", str(PORT + 1)),
            *("--state", "var/stripe_local.sqlite3"),
            *("--webhook-url", f"{SITE}/webhooks/stripe/"),
            *("--webhook-secret", env["STRIPE_WEBHOOK_SECRET"]),
        ],
        "web": [
            *(str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(PORT), "--blocking-threads", "4", "dojo.wsgi:application"),
        ],
        "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--schedule", "var/celerybeat", "--loglevel", "WARNING"],
    }


def main() -> int:
    env = environment()
    (ROOT / "var").mkdir(exist_ok=True)
    os.environ.update(env)
    prepare()
    manager = Manager()
    for name, command in processes(env).items():
        manager.add_process(name, "exec " + shlex.join(command), env=env, cwd=str(ROOT))
    print(WELCOME, flush=True)
    manager.loop()
    return manager.returncode or 0


if __name__ == "__main__":
    sys.exit(main())
