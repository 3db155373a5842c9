"""What a site says of the use of its pages and photos: signals read, and what they reserve."""
