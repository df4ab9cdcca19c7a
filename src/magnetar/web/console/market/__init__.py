"""A campaign's market: what each tick showed, what the rest of the day offers, and what a constant multiplier would have brought."""
