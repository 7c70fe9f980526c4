"""French and English for what a person reads on the shop's page."""

from __future__ import annotations

from typing import Any

from flask import request

from . import cards

AUTHENTICATION_FAILED_FR = (
    "Nous n'avons pas pu authentifier votre moyen de paiement. Choisissez-en un autre et réessayez."
)

CARD_MESSAGES_FR = {
    "incorrect_number": "Le numéro de votre carte est incorrect.",
    "invalid_expiry_month": "Le mois d'expiration de votre carte est invalide.",
    "invalid_expiry_year": "L'année d'expiration de votre carte est invalide.",
    "invalid_cvc": "Le code de sécurité de votre carte est invalide.",
    "payment_intent_authentication_failure": AUTHENTICATION_FAILED_FR,
}

FRAME_TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "number": "Numéro de carte",
        "expiry": "Date d'expiration",
        "cvc": "Code de sécurité",
        "expiry_placeholder": "MM / AA",
        "cvc_placeholder": "CVC",
        "mark": "Stripe local, carte d'essai\u00a0: 4242 4242 4242 4242",
        "invalid_number": "Le numéro de votre carte est invalide.",
        "incomplete_number": "Le numéro de votre carte est incomplet.",
        "incomplete_expiry": "La date d'expiration de votre carte est incomplète.",
        "invalid_expiry_month": "Le mois d'expiration de votre carte est invalide.",
        "invalid_expiry_year": "L'année d'expiration de votre carte est invalide.",
        "invalid_expiry_year_past": "L'année d'expiration de votre carte est passée.",
        "invalid_expiry_month_past": "La date d'expiration de votre carte est passée.",
        "incomplete_cvc": "Le code de sécurité de votre carte est incomplet.",
        "connection": "Impossible de joindre le service de paiement. Réessayez dans un instant.",
    },
    "en": {
        "number": "Card number",
        "expiry": "Expiry date",
        "cvc": "Security code",
        "expiry_placeholder": "MM / YY",
        "cvc_placeholder": "CVC",
        "mark": "Local Stripe, test card: 4242 4242 4242 4242",
        "invalid_number": "Your card number is invalid.",
        "incomplete_number": "Your card number is incomplete.",
        "incomplete_expiry": "Your card's expiration date is incomplete.",
        "invalid_expiry_month": "Your card's expiration month is invalid.",
        "invalid_expiry_year": "Your card's expiration year is invalid.",
        "invalid_expiry_year_past": "Your card's expiration year is in the past.",
        "invalid_expiry_month_past": "Your card's expiration date is in the past.",
        "incomplete_cvc": "Your card's security code is incomplete.",
        "connection": "The payment service cannot be reached. Try again in a moment.",
    },
}

CHALLENGE_TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "title": "Authentification 3-D Secure",
        "question": "Autorisez-vous ce paiement de {amount} avec la carte se terminant par "
        "{last4}?",
        "approve": "Autoriser",
        "refuse": "Refuser",
        "mark": "Stripe local — aucune vraie carte n'est débitée",
        "over": "Ce paiement n'attend plus d'authentification.",
        "problem": "La réponse n'a pas pu être envoyée. Réessayez.",
    },
    "en": {
        "title": "3-D Secure authentication",
        "question": "Do you authorise this payment of {amount} with the card ending in {last4}?",
        "approve": "Authorise",
        "refuse": "Refuse",
        "mark": "Local Stripe — no real card is charged",
        "over": "This payment no longer awaits authentication.",
        "problem": "The answer could not be sent. Try again.",
    },
}


def of_locale(locale: str | None) -> str:
    """`fr` or `en`, whatever the region; French when nothing is said."""
    return "en" if (locale or "fr").lower().startswith("en") else "fr"


def in_page_language(error: dict[str, Any]) -> dict[str, Any]:
    """The error with its message in the language that Stripe.js asked for."""
    if request.accept_languages.best_match(["fr", "en"], default="en") != "fr":
        return error
    decline = cards.DECLINES.get(error.get("decline_code", ""))
    if decline:
        return {**error, "message": decline.message_fr}
    message = CARD_MESSAGES_FR.get(error.get("code", ""), error["message"])
    return {**error, "message": message}


def money(cents: int, currency: str, language: str = "fr") -> str:
    """An amount as people write it: `1 199,00 $` or `$1,199.00`."""
    symbol = {"eur": "€", "gbp": "£"}.get(currency, "$")
    plain = f"{cents / 100:,.2f}"
    if language == "en":
        return symbol + plain
    return plain.replace(",", "\u00a0").replace(".", ",") + "\u00a0" + symbol
