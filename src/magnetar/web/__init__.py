"""HTTP frames."""
