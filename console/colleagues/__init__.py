"""The colleagues of an agent: who is present, and who is away, why, and until when."""
