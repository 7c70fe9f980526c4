"""The cart: courses and a coupon's code in the visitor's session. Prices are never kept here."""

from __future__ import annotations

from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from cms_pages.models import CoursePage
from lms.selectors.pages import course_pages

from .browser import BrowserOrder
from .models import Coupon, OrderStatus
from .models.coupons import normalise_code
from .pricing import PricedCart, price_cart
from .services.coupons import CouponError, find_coupon

SESSION_KEY = "cart"


class Cart:
    """A view of the session; each change is written back to it at once."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session
        stored = session.get(SESSION_KEY) or {}
        self._courses: list[str] = list(stored.get("courses", []))
        self.coupon_code: str = stored.get("coupon", "")

    def __len__(self) -> int:
        return len(self._courses)

    def __contains__(self, page: CoursePage) -> bool:
        return str(page.translation_key) in self._courses

    def add(self, page: CoursePage) -> None:
        if page not in self:
            self._courses.append(str(page.translation_key))
            self._save()

    def remove(self, page: CoursePage) -> None:
        if page in self:
            self._courses.remove(str(page.translation_key))
            if not self._courses:
                self.coupon_code = ""
            self._save()

    def set_coupon(self, code: str) -> None:
        self.coupon_code = normalise_code(code)
        self._save()

    def clear(self) -> None:
        self._session.pop(SESSION_KEY, None)
        self._courses, self.coupon_code = [], ""

    def _save(self) -> None:
        self._session[SESSION_KEY] = {"courses": self._courses, "coupon": self.coupon_code}

    def pages(self) -> list[CoursePage]:
        """The courses that are on sale, in the order in which they were added."""
        keys = [UUID(key) for key in self._courses]
        found = course_pages(keys)
        return [found[key] for key in keys if key in found and found[key].live]

    def find_coupon(self, code: str, pages: list[CoursePage]) -> Coupon:
        """The coupon of this code, for these courses and this browser. Raises CouponError."""
        order = BrowserOrder(self._session).get()
        is_pending = order is not None and order.status == OrderStatus.PENDING
        return find_coupon(code, pages, pending=order if is_pending else None)

    def priced(self) -> tuple[PricedCart, str]:
        """The cart with today's prices, and what is wrong with its coupon, if anything is."""
        pages = self.pages()
        coupon: Coupon | None = None
        problem = ""
        if self.coupon_code and pages:
            try:
                coupon = self.find_coupon(self.coupon_code, pages)
            except CouponError as error:
                problem = error.message
        return price_cart(pages, coupon), problem
