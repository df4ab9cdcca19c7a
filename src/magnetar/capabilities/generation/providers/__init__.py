"""Who fills the ports: one file each."""
