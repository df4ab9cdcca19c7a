"""What we talk about: nouns, ids, units and events; standard library and msgspec only."""
