"""Mail addresses and phone numbers in the search field of the console."""

import pytest

from idp.console.rules.people_query import read_query
from idp.console.rules.work_words import DELIVERY, reason
from idp.messages.delivery import DeliveryCode, DeliveryFault, RefusedForGood, stored_error
from idp.people.rules.phone_numbers import written_in_full


def test_an_address_is_searched_in_its_stored_form() -> None:
    assert read_query("Élise@SOCIÉTÉ.fr", ()).mails == ("Élise@xn--socit-esab.fr",)
    assert read_query("CLAIRE@Exemple.fr", ()).mails == ("claire@exemple.fr",)


def test_a_number_is_searched_in_every_territory() -> None:
    assert "+262692112233" in written_in_full("692112233") and "+33692112233" in written_in_full("692112233")
    assert written_in_full("87123456") == ["+68987123456"]
    assert "+687751234" in written_in_full("751234")
    assert written_in_full("1234") == []


def test_a_mail_server_without_smtputf8_is_reported_in_words() -> None:
    assert "lettres accentuées" in reason(stored_error(RefusedForGood(DeliveryCode.NO_SMTPUTF8)))[0]


@pytest.mark.parametrize(
    ("fault", "sentence", "detail"),
    [
        (DeliveryFault(DeliveryCode.ANSWERED, "503"), "refusé par l’autre serveur", "503"),
        (RefusedForGood(DeliveryCode.ADDRESS_REFUSED, "550 5.1.1 no such user"), "adresse refusée", "550"),
        (DeliveryFault(DeliveryCode.NO_ANSWER, "ConnectTimeout"), "pas de réponse à temps", None),
        (DeliveryFault(DeliveryCode.NO_ANSWER, "ChunkedEncodingError"), "ne répond pas", None),
        (ConnectionRefusedError(111, "Connection refused"), "ne répond pas", None),
        (KeyError("template"), "raison inconnue", None),
    ],
)
def test_a_delivery_fault_has_a_sentence(fault: Exception, sentence: str, detail: str | None) -> None:
    french, facts = reason(stored_error(fault))
    assert sentence in french and facts.get("detail") == detail


def test_every_delivery_code_has_a_sentence() -> None:
    assert set(DELIVERY) == set(DeliveryCode)
