"""Bakeoff against the tools that people use instead, in one run, each with an environment of its own."""
