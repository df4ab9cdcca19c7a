"""One file for each family of formats: each turns text into drafts and knows nothing of the rules."""
