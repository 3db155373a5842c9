"""What names or reaches a person, found and left out."""
