"""What the product can do: a folder each."""
