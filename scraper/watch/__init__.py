"""Watching a crawl from outside: its log for programs, its metrics, its cost, its parts as one."""
