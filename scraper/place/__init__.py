"""Where a dataset lives: a folder or an S3 prefix behind one interface."""
