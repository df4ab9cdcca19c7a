"""Where the ledger is kept: a file each."""
