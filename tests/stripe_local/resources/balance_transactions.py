"""/v1/balance_transactions"""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import forms, listing
from ..api import endpoint
from ..backend import Backend
from ..errors import no_such

blueprint = Blueprint("balance_transactions", __name__, url_prefix="/v1/balance_transactions")


@endpoint(blueprint, "GET", "")
def list_balance_transactions(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "currency", "source", "type"))
    fields = ["currency", "source", "type"]
    found = listing.matching(backend.store.all("balance_transaction"), params, fields)
    return listing.page(found, params, "/v1/balance_transactions", "balance_transaction")


@endpoint(blueprint, "GET", "/<transaction_id>")
def retrieve_balance_transaction(
    backend: Backend, params: forms.Params, transaction_id: str
) -> dict[str, Any]:
    transaction = backend.store.get("balance_transaction", transaction_id)
    if transaction is None:
        raise no_such("balance transaction", transaction_id, "id")
    return transaction
