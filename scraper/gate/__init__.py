"""May this be asked for, and when: robots.txt, pace, and where requests may go."""
