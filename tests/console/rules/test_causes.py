"""Incidents by cause: few cards for many rows."""

from idp.console.rules.causes import Cause, FailedJob, Message, Silence, Sort, causes
from idp.console.rules.record_words import metadata_reason
from idp.console.rules.work_words import ADVICE, reason


def message(number: int, **facts: object) -> Message:
    values = {
        "kind": "mail", "destination": "mail", "to": f"m{number}@example.org",
        "error": "address_refused: 550 5.1.1 no such user", "attempts": 12, "at": 1000 + number, "is_given_up": True,
    }  # fmt: skip
    return Message(number, **{**values, **facts})  # type: ignore[arg-type]


def grouped(
    silences: tuple[Silence, ...] = (),
    messages: tuple[Message, ...] = (),
    unreceived: dict[str, int] | None = None,
    metadata: dict[str, tuple[int, str]] | None = None,
    jobs: tuple[FailedJob, ...] = (),
) -> tuple[Cause, ...]:
    return causes(silences, messages, unreceived or {}, metadata or {}, jobs, lambda error: reason(error)[0])


def test_nothing_wrong_is_no_card() -> None:
    assert grouped() == ()


def test_messages_with_one_reason_are_one_card_and_other_reasons_their_own() -> None:
    refused = [message(number, error=f"address_refused: 550 {number}") for number in range(40)]
    slow = [message(50, error="too_slow"), message(51, error="too_slow", is_given_up=False)]
    texts = [message(60, kind="sms", destination="sms", error="too_slow")]
    cards = grouped(messages=(*refused, *slow, *texts))
    assert [(card.sort, card.subject, card.count) for card in cards] == [
        (Sort.LOST, "mail", 40), (Sort.LOST, "mail", 2), (Sort.LOST, "sms", 1),
    ]  # fmt: skip
    assert cards[0].since == 1000 and len(cards[0].may_be_sent_again) == 40
    assert cards[1].may_be_sent_again == (50,)


def test_a_service_that_does_not_answer_has_one_card_whatever_it_has_missed() -> None:
    origin = "https://pronote.example"
    lost = message(1, kind="logout_notice", destination=origin, to="pronote")
    (card,) = grouped((Silence(origin, 500, 900, "answered: 503", 300),), (lost,), {"pronote": 7})
    assert (card.sort, card.count, card.since, card.next_try) == (Sort.SILENT, 300, 500, 900)
    assert card.waits_for == "notice" and card.advice == "service"


def test_a_service_that_answers_again_and_has_missed_notices_has_a_card() -> None:
    lost = message(1, kind="cas_logout", destination="https://pronote.example", to="pronote")
    cards = grouped(messages=(lost,), unreceived={"pronote": 7, "cantine": 2})
    assert {(card.subject, card.count) for card in cards} == {("pronote", 7), ("cantine", 2)}
    assert {card.sort for card in cards} == {Sort.UNRECEIVED}


def test_jobs_of_one_kind_are_one_card_with_the_newest_error() -> None:
    failed = tuple(FailedJob(number, "letters", f"error {number}", 100 - number) for number in range(3))
    (card, second) = grouped(jobs=(*failed, FailedJob(9, "import.write", "x", 50)))
    assert {card.subject, second.subject} == {"letters", "import.write"}
    letters = card if card.subject == "letters" else second
    assert (letters.count, letters.error, letters.since) == (3, "error 0", 98)


def test_what_stops_most_people_comes_first_and_each_card_has_its_advice() -> None:
    cards = grouped(
        tuple(Silence(name, 5, 6, "x", 1) for name in ("https://a.example", "mail", "sms", "worker")),
        (
            message(1),
            message(2, kind="session_ended", destination="worker"),
            message(3, kind="logout_notice", to="a"),
        ),
        {"b": 1},
        {"ent": (7, "the address answered 404")},
        (FailedJob(1, "letters", "x", 3),),
    )
    order = list(Sort)
    assert [order.index(card.sort) for card in cards] == sorted(order.index(card.sort) for card in cards)
    assert {card.sort for card in cards} == set(Sort) and {card.advice for card in cards} == set(ADVICE)


def test_each_fault_of_a_fetch_of_metadata_has_its_words() -> None:
    faults = (
        "the address answered 404", "the address cannot be reached", "the new metadata has no certificate",
        "the registration was changed meanwhile", "the registration names no address", "the signature is wrong",
    )  # fmt: skip
    assert len({metadata_reason(fault)[0] for fault in faults}) == len(faults)
