"""How a page is rendered: which browser, when it is needed, what it may ask for."""
