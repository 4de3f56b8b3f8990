"""Runs and their records: one run, a stack, a sweep; store, workers, cluster, progress."""
