"""What to tell a buyer whose card was refused, as precisely as Stripe's code allows.

The codes: https://docs.stripe.com/declines/codes and https://docs.stripe.com/error-codes
"""

from django.utils.translation import gettext as _


def decline_messages() -> dict[str, str]:
    """French sentences by decline code, else by error code; `default` for any other."""
    insist = _("Votre carte a été refusée. Communiquez avec votre banque ou essayez-en une autre.")
    limit = _(
        "Votre carte a atteint sa limite. Communiquez avec votre banque ou essayez-en une autre."
    )
    number = _("Le numéro de carte est incorrect. Vérifiez-le.")
    cvc = _("Le code de sécurité (CVC) est incorrect. Vérifiez-le au dos de votre carte.")
    expired = _("Votre carte est expirée. Essayez-en une autre.")
    expiry = _("La date d’expiration est incorrecte. Vérifiez-la.")
    technical = _(
        "La banque n’a pas pu traiter le paiement. Aucune somme n’a été prélevée\xa0: réessayez "
        "dans quelques instants."
    )
    return {
        "default": insist,
        "authentication_required": _(
            "Votre banque demande de confirmer ce paiement. Réessayez et suivez ses indications."
        ),
        "approve_with_id": technical,
        "call_issuer": insist,
        "card_declined": insist,
        "card_not_supported": _(
            "Cette carte ne permet pas ce genre d’achat. Essayez-en une autre."
        ),
        "card_velocity_exceeded": limit,
        "currency_not_supported": _(
            "Cette carte ne permet pas de payer en dollars canadiens. Essayez-en une autre."
        ),
        "do_not_honor": insist,
        "expired_card": expired,
        "fraudulent": insist,
        "generic_decline": insist,
        "incomplete_card": _("Les informations de la carte sont incomplètes."),
        "incomplete_cvc": _("Le code de sécurité (CVC) est incomplet."),
        "incomplete_expiry": _("La date d’expiration est incomplète."),
        "incomplete_number": _("Le numéro de carte est incomplet."),
        "incorrect_cvc": cvc,
        "incorrect_number": number,
        "insufficient_funds": _(
            "La provision de votre carte est insuffisante. Essayez une autre carte."
        ),
        "invalid_cvc": cvc,
        "invalid_expiry_month": expiry,
        "invalid_expiry_month_past": expired,
        "invalid_expiry_year": expiry,
        "invalid_expiry_year_past": expired,
        "invalid_number": number,
        "issuer_not_available": technical,
        "lost_card": insist,
        "payment_intent_authentication_failure": _(
            "L’authentification auprès de votre banque a échoué ou a été annulée. Aucune somme n’a "
            "été prélevée\xa0: réessayez ou utilisez une autre carte."
        ),
        "processing_error": technical,
        "stolen_card": insist,
        "try_again_later": technical,
        # Not a code of Stripe's: what the page says when nothing answers.
        "unreachable": _(
            "Le service de paiement ne répond pas. Vérifiez votre connexion et réessayez\xa0: vous "
            "ne serez pas débité deux fois."
        ),
        "withdrawal_count_limit_exceeded": limit,
    }


def decline_message(code: str) -> str:
    messages = decline_messages()
    return messages.get(code, messages["default"])
