"""The Health page of the administration: the figures of /metrics in plain words, and what to do about them."""
