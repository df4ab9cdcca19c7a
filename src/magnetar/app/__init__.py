"""Where the platform meets the twin: rehearse this, demo."""
