"""The creative agent: a talk that fills the brief, proposes, makes a film, changes it by plain words, and publishes."""
