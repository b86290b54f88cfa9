"""Did it work: a dated measure, the world without it, and how far the difference can be trusted."""

from contraflow.analysis.evaluate.evaluation import Evaluation, evaluate
from contraflow.analysis.evaluate.measures import Measure, measures

__all__ = ["Evaluation", "Measure", "evaluate", "measures"]
