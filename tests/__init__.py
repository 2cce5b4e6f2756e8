import pytest

# Before conftest imports them.
pytest.register_assert_rewrite("tests.actors")
