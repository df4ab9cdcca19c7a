"""Text made speakable: numbers as words, phonemes, and the times at which each piece is heard."""
