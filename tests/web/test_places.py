"""Places of a process: the last one given back is taken first, who waits is served in order, no place has two holders."""

import threading
import time
from collections import Counter

import pytest

from idp.web.places import NoPlace, Places


def test_the_place_that_was_given_back_last_is_taken_first() -> None:
    places = Places("slot", 3)
    held = [places.take() for _ in range(3)]
    for place in held:
        places.give_back(place)
    assert [places.take() for _ in range(3)] == held[::-1]


def test_without_a_free_place_a_request_is_refused() -> None:
    places = Places("waiting", 1)
    with places.place(), pytest.raises(NoPlace):
        places.take()
    assert places.take() == "waiting 0"


def test_who_has_waited_too_long_leaves_the_line() -> None:
    places = Places("slot", 1, patience=0.05)
    place = places.take()
    with pytest.raises(NoPlace):
        places.take()
    places.give_back(place)
    assert places.take() == place, "the place is not reserved for somebody who has gone"


def test_who_waits_is_served_in_the_order_of_arrival() -> None:
    places = Places("slot", 1, patience=30)
    place = places.take()
    served: list[int] = []

    def work(number: int) -> None:
        own = places.take()
        served.append(number)
        places.give_back(own)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        until = time.monotonic() + 30
        while len(places._waiters) <= number and time.monotonic() < until:
            time.sleep(0.001)
    places.give_back(place)
    for thread in threads:
        thread.join(30)
    assert served == [0, 1, 2, 3, 4]


def test_no_place_has_two_holders_and_none_is_lost() -> None:
    places = Places("slot", 3, patience=30)
    holders: Counter[str] = Counter()
    faults: list[str] = []

    def work() -> None:
        for _ in range(500):
            with places.place() as place:
                holders[place] += 1
                time.sleep(0)
                if holders[place] != 1:
                    faults.append(place)
                holders[place] -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
    assert sorted(places.take() for _ in range(3)) == ["slot 0", "slot 1", "slot 2"]
