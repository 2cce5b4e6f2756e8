"""Passwords: policy, hashing, provisional passwords."""
