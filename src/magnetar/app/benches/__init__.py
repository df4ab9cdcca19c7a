"""Benchmarks that need the whole house: each makes rows of figures beside baselines taken in the same run."""
