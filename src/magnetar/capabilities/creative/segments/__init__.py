"""A build system for video: content-addressed segments, films by recombination, text by exchanging key-frame slices."""
