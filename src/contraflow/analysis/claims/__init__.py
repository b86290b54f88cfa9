"""Claims about the trade and the campaigns against it, held against evidence and model."""

from contraflow.analysis.claims import counts, effects, routes, seizures
from contraflow.analysis.claims.audit import Audit, Audited, audit
from contraflow.analysis.claims.claim import Claim, case_claims, read_claims
from contraflow.analysis.claims.observable import OBSERVABLES, Observable

__all__ = [
    "OBSERVABLES",
    "Audit",
    "Audited",
    "Claim",
    "Observable",
    "audit",
    "case_claims",
    "counts",
    "effects",
    "read_claims",
    "routes",
    "seizures",
]
