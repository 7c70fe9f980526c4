from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .cart import Cart


def cart(request: HttpRequest) -> dict[str, Any]:
    """The number of courses in the cart. Lazy: public pages don't show it and touch no session."""
    return {"cart_count": SimpleLazyObject(lambda: len(Cart(request.session)))}
