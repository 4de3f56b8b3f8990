"""Proofs of the theorem: symbolic ones (sympy), and one that a machine has checked (Rocq)."""
