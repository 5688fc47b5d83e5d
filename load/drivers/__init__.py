"""Drivers of load for a whole service: open and closed loops, a sweep over workers, a comparison, a soak. ``python -m load.drivers``."""
