"""An audit of one's own model and data: what it memorizes, and which labels to look at first."""

from experiments.audit.audit import Audit, audit

__all__ = ["Audit", "audit"]
