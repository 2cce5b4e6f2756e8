from idp.signin.rules.rate_limits import ThrottlePolicy, locked_for

POLICY = ThrottlePolicy(failures=5, first_lock=300, longest_lock=3600)


def test_the_fifth_failure_locks_and_each_further_failure_doubles_the_lock() -> None:
    assert [locked_for(n, POLICY) for n in range(1, 12)] == [
        0,
        0,
        0,
        0,
        300,
        600,
        1200,
        2400,
        3600,
        3600,
        3600,
    ]


def test_a_million_failures_cost_no_more_than_an_hour() -> None:
    assert locked_for(10**6, POLICY) == 3600
