"""Imports of SIECLE and CSV exports."""
