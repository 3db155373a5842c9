"""The pages of the embedded house site, as Jinja templates, a style sheet and a script."""
