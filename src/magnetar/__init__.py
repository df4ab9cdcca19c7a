"""Magnetar: an open AI marketing engine for content commerce."""

__version__ = "0.1.0"
