"""Experiments that respect interference: designs, assignment, what was counted, and estimators."""
