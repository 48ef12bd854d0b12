"""Files that go out again: uploaded to Facebook once per Page."""
