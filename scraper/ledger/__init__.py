"""What is known of every house ID, and the rows that are not yet sealed into parts."""
