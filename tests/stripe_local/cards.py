"""The test cards that Stripe publishes (https://docs.stripe.com/testing) and what each one does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Decline:
    """Why an issuer says no, in the words that Stripe uses."""

    code: str
    decline_code: str
    message: str
    message_fr: str
    param: str | None = None
    advice_code: str | None = "try_again_later"
    outcome: str = "issuer_declined"


_DECLINED = "Your card was declined."
_DECLINED_FR = "Votre carte a été refusée."

DECLINES: dict[str, Decline] = {
    "generic_decline": Decline("card_declined", "generic_decline", _DECLINED, _DECLINED_FR),
    "insufficient_funds": Decline(
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
        "Les fonds disponibles sur votre carte sont insuffisants.",
    ),
    "lost_card": Decline(
        "card_declined", "lost_card", _DECLINED, _DECLINED_FR, advice_code="do_not_try_again"
    ),
    "stolen_card": Decline(
        "card_declined", "stolen_card", _DECLINED, _DECLINED_FR, advice_code="do_not_try_again"
    ),
    "expired_card": Decline(
        "expired_card",
        "expired_card",
        "Your card has expired.",
        "Votre carte est expirée.",
        param="exp_month",
        advice_code="confirm_card_data",
    ),
    "incorrect_cvc": Decline(
        "incorrect_cvc",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
        "Le code de sécurité de votre carte est incorrect.",
        param="cvc",
        advice_code="confirm_card_data",
    ),
    "processing_error": Decline(
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
        "Une erreur est survenue lors du traitement de votre carte. Réessayez dans un instant.",
    ),
    "incorrect_number": Decline(
        "incorrect_number",
        "incorrect_number",
        "Your card number is incorrect.",
        "Le numéro de votre carte est incorrect.",
        param="number",
        advice_code="confirm_card_data",
    ),
    "card_velocity_exceeded": Decline(
        "card_declined",
        "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its "
        "amount limit.",
        "Votre carte a été refusée : trop de tentatives, ou limite de montant dépassée.",
    ),
    "fraudulent": Decline(
        "card_declined",
        "fraudulent",
        _DECLINED,
        _DECLINED_FR,
        advice_code=None,
        outcome="blocked",
    ),
    "test_mode_live_card": Decline(
        "card_declined",
        "test_mode_live_card",
        "Your card was declined. Your request was in test mode, but used a non test card. "
        "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
        "Votre carte a été refusée : seules les cartes d'essai de Stripe sont acceptées ici.",
        advice_code="confirm_card_data",
    ),
    "authentication_required": Decline(
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
        "Votre carte a été refusée. Cette transaction exige une authentification.",
    ),
    "authentication_not_handled": Decline(
        "authentication_required",
        "authentication_not_handled",
        "This payment required an authentication action to complete, but "
        "`error_on_requires_action` was set.",
        "Ce paiement exige une authentification.",
    ),
}


@dataclass(frozen=True)
class TestCard:
    """A card number and the one thing that is special about it."""

    number: str
    aliases: tuple[str, ...] = ()  # what follows `pm_card_`
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: str | None = None
    authentication: bool = False
    authentication_supported: bool = True
    decline_after_authentication: str | None = None
    dispute: str | None = None  # "fraudulent", "product_not_received" or "inquiry"
    refund: str = "succeeded"  # "succeeded", "pending" or "fails"
    cvc_check: str = "pass"
    address_check: str = "pass"
    postal_check: str = "pass"
    risk_level: str = "normal"
    bypass_pending: bool = False
    declines_with_customer: bool = False

    __test__ = False  # pytest: the name starts with Test, it is not one

    @property
    def last4(self) -> str:
        """The four digits that receipts show."""
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        """The same for the same number, as at Stripe."""
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]

    @property
    def cvc_length(self) -> int:
        """American Express prints four digits."""
        return 4 if self.brand == "amex" else 3


def _card(number: str, *aliases: str, **traits: object) -> TestCard:
    return replace(TestCard(number, aliases), **traits)  # type: ignore[arg-type]


_PUBLISHED: tuple[TestCard, ...] = (
    # Success, by brand
    _card("4242424242424242", "visa", "us"),
    _card("4000056655665556", "visa_debit", funding="debit"),
    _card("5555555555554444", "mastercard", brand="mastercard"),
    _card("2223003122003222", brand="mastercard"),
    _card("5200828282828210", "mastercard_debit", brand="mastercard", funding="debit"),
    _card("5105105105105100", "mastercard_prepaid", brand="mastercard", funding="prepaid"),
    _card("378282246310005", "amex", brand="amex", authentication_supported=False),
    _card("371449635398431", brand="amex"),
    _card("6011111111111117", "discover", brand="discover"),
    _card("6011000990139424", brand="discover"),
    _card("3056930009020004", "diners", brand="diners"),
    _card("36227206271667", brand="diners"),
    _card("3566002020360505", "jcb", brand="jcb", country="JP"),
    _card("6200000000000005", "unionpay", brand="unionpay", country="CN"),
    # Success, by country
    _card("4000001240000000", "ca", country="CA"),
    _card("4000002500000003", "fr", country="FR"),
    _card("4000008260000000", "gb", country="GB"),
    _card("4000004840008001", "mx", country="MX"),
    # Declines
    _card("4000000000000002", "chargeDeclined", "visa_chargeDeclined", decline="generic_decline"),
    _card(
        "4000000000009995",
        "chargeDeclinedInsufficientFunds",
        "visa_chargeDeclinedInsufficientFunds",
        decline="insufficient_funds",
    ),
    _card(
        "4000000000009987",
        "chargeDeclinedLostCard",
        "visa_chargeDeclinedLostCard",
        decline="lost_card",
    ),
    _card(
        "4000000000009979",
        "chargeDeclinedStolenCard",
        "visa_chargeDeclinedStolenCard",
        decline="stolen_card",
    ),
    _card(
        "4000000000000069",
        "chargeDeclinedExpiredCard",
        "visa_chargeDeclinedExpiredCard",
        decline="expired_card",
    ),
    _card(
        "4000000000000127",
        "chargeDeclinedIncorrectCvc",
        "visa_chargeDeclinedIncorrectCvc",
        decline="incorrect_cvc",
        cvc_check="fail",
    ),
    _card(
        "4000000000000119",
        "chargeDeclinedProcessingError",
        "visa_chargeDeclinedProcessingError",
        decline="processing_error",
    ),
    _card("4242424242424241", decline="incorrect_number"),
    _card(
        "4000000000006975",
        "chargeDeclinedVelocityLimitExceeded",
        "visa_chargeDeclinedVelocityLimitExceeded",
        decline="card_velocity_exceeded",
    ),
    _card("4000000000000341", "chargeCustomerFail", declines_with_customer=True),
    # Fraud prevention
    _card("4100000000000019", "radarBlock", decline="fraudulent", risk_level="highest"),
    _card(
        "4000000000004954",
        "riskLevelHighest",
        "chargeDeclinedFraudulent",
        decline="fraudulent",
        risk_level="highest",
    ),
    _card("4000000000009235", "riskLevelElevated", risk_level="elevated"),
    _card("4000000000000101", "cvcCheckFail", cvc_check="fail"),
    _card("4000000000000036", "avsZipFail", postal_check="fail"),
    _card("4000000000000028", "avsLine1Fail", address_check="fail"),
    _card("4000000000000010", "avsFail", address_check="fail", postal_check="fail"),
    _card(
        "4000000000000044", "avsUnchecked", address_check="unavailable", postal_check="unavailable"
    ),
    # Disputes after a success
    _card("4000000000000259", "createDispute", dispute="fraudulent"),
    _card("4000000000002685", "createDisputeProductNotReceived", dispute="product_not_received"),
    _card("4000000000001976", "createDisputeInquiry", dispute="inquiry"),
    # Refunds that end later
    _card("4000000000007726", "pendingRefund", refund="pending"),
    _card("4000000000005126", "refundFail", refund="fails"),
    # Money available at once
    _card("4000000000000077", "bypassPending", bypass_pending=True),
    _card("4000003720000278", "bypassPendingInternational", country="IE", bypass_pending=True),
    # 3-D Secure
    _card("4000002500003155", "authenticationRequiredOnSetup", country="FR", authentication=True),
    _card("4000002760003184", "authenticationRequired", country="DE", authentication=True),
    _card("4000003800000446", "authenticationRequiredSetupForOffSession", authentication=True),
    _card(
        "4000008260003178",
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        country="GB",
        authentication=True,
        decline_after_authentication="insufficient_funds",
    ),
    _card("4000000000003220", "threeDSecure2Required", authentication=True),
    _card("4000000000003063", "threeDSecureRequired", authentication=True),
    _card(
        "4000008400001629",
        "threeDSecureRequiredChargeDeclined",
        authentication=True,
        decline_after_authentication="generic_decline",
    ),
    # The bank's directory fails, so nobody is asked and the payment is refused.
    _card("4000008400001280", "threeDSecureRequiredProcessingError", decline="generic_decline"),
    _card("4000000000003055", "threeDSecureOptional"),
    _card("4000000000003097", "threeDSecureOptionalProcessingError"),
)

BY_NUMBER: dict[str, TestCard] = {card.number: card for card in _PUBLISHED}
BY_PAYMENT_METHOD: dict[str, TestCard] = {
    f"pm_card_{alias}": card for card in _PUBLISHED for alias in card.aliases
}


@dataclass(frozen=True)
class CardDetails:
    """What was typed, as far as the rules need it."""

    card: TestCard
    exp_month: int
    exp_year: int
    cvc_given: bool = field(default=True)


def luhn_valid(number: str) -> bool:
    """The checksum that every card number carries."""
    total = 0
    for index, digit in enumerate(reversed(number)):
        value = int(digit)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def find(number: str) -> TestCard:
    """The published card of this number; any other number is declined, as in Stripe's test mode."""
    known = BY_NUMBER.get(number)
    if known:
        return known
    decline = "test_mode_live_card" if luhn_valid(number) else "incorrect_number"
    return TestCard(number, decline=decline, brand=brand_of(number))


def brand_of(number: str) -> str:
    """The network by its first digits."""
    prefixes = {
        "mastercard": ("51", "52", "53", "54", "55", "22", "23", "24", "25", "26", "27"),
        "visa": ("4",),
        "amex": ("34", "37"),
        "discover": ("6011", "64", "65"),
        "diners": ("30", "36", "38"),
        "jcb": ("35",),
        "unionpay": ("62",),
    }
    for brand, starts in prefixes.items():
        if number.startswith(starts):
            return brand
    return "unknown"
