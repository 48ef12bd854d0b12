"""Search over everything said: an index that triggers keep up to date, and queries with operators."""
