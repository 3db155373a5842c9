"""Weak labels: rules that vote on houses, a model weighs their votes, a person says the rest."""
