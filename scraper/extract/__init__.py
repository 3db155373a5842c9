"""Page to facts: what a house page says of its house, and where each value was found."""
