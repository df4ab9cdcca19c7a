"""The task service's parts: the contract, the durable book, credits, workers, callbacks, files."""
