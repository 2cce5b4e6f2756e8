"""Password strength with French words."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.passwords.policy import failed_rules
from idp.passwords.strength import score
from tests.actors.world import World


@pytest.mark.parametrize(
    "password", ["soleil", "doudou", "Marseille13", "Bonjour2026", "azertyuiop1", "Pronote2026!"]
)
def test_common_french_choices_are_weak(password: str) -> None:
    assert score(password, ()) <= 2


@pytest.mark.parametrize("password", ["Poires-Vertes-1848", "quatre chaises bleues volent", "tH7!kq9vRm2x"])
def test_several_words_or_random_characters_are_strong(password: str) -> None:
    assert score(password, ()) >= 3


def test_the_words_of_the_person_make_it_weaker() -> None:
    assert score("Zwatrykowsky-Tilda", ("Zwatrykowsky", "Tilda")) < score("Zwatrykowsky-Tilda", ())


def test_words_of_one_person_do_not_affect_another() -> None:
    alone = score("Zwatrykowsky-Tilda", ())
    with ThreadPoolExecutor(4) as threads:
        jobs = [
            threads.submit(score, "Zwatrykowsky-Tilda", ("Zwatrykowsky", "Tilda") if number % 2 else ())
            for number in range(40)
        ]
        assert {job.result() for job in jobs[::2]} == {alone}


def test_a_megabyte_costs_no_more_than_a_line() -> None:
    began = time.process_time()
    score("aB3!" * 250_000, ())
    assert time.process_time() - began < 5


def test_the_rule_differs_by_kind_of_person(world: World) -> None:
    weak = "Bonjour2026!"
    assert "strength" in failed_rules(world.facts(world.guardian()), weak)
    assert "strength" not in failed_rules(world.facts(world.pupil()), weak)
