"""How things run: time, chance, order, money, failure; no business word."""
