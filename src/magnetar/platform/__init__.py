"""Everything put together, in one file."""
