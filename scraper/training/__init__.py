"""From a dataset to what a model is trained on: duplicates, splits, transforms, samples."""
