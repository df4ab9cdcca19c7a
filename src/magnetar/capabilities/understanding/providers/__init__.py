"""Embedded readers of what a film says and shows."""
