"""housecrawl: from a house site's pages to a dataset that a model can be trained on."""
