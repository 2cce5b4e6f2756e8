"""Who acts in tests, and what they hold in their hands: shared by the tests of every package."""
