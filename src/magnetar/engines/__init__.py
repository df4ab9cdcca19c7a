"""What the product can run on: one file per external system."""
