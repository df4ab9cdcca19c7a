"""Plain painting for the embedded providers: type, posters, moves, writing files."""
