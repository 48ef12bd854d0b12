"""E-mail digests: an absent agent learns by e-mail that customers wait while nobody is there."""
