"""Load: seeded traffic, the benchmark and the evaluation. Nothing in here is part of the installed service."""
