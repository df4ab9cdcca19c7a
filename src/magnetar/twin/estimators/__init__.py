"""Worlds in which the effect of advertising is known, and what estimators make of them."""
