"""Kernel functions and the minimum-norm interpolant (section 5 of the paper)."""
