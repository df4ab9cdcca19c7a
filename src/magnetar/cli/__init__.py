"""The command line: a frame only; each capability brings its own commands."""
