"""A step that is recorded once and then replayed, so that launches do not keep a GPU waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Step = Callable[[Tensor], tuple[Tensor, ...]]
WARM_UP = 3  # real steps first, in which libraries choose their algorithms and buffers are made


@dataclass(frozen=True)
class Recording:
    """A step as it was recorded: it reads `input` and leaves `outputs` wherever they were."""

    input: Tensor
    outputs: tuple[Tensor, ...]
    replay: Callable[[], None]


Record = Callable[[Step, Tensor], Recording]


class Replay:
    """Do a step on inputs of a few shapes; after some calls for each, by replaying a recording.

    Parameters
    ----------
    step : of one tensor; it must do the same work in the same memory every time, without looking
        at a value on the host
    record : how it is recorded; `cuda_graph` on a GPU, None to do every step as it comes

    What a call returns is overwritten by the next. Warm-up calls are steps like any other, for a
    step has effects.
    """

    def __init__(self, step: Step, record: Record | None) -> None:
        self._step, self._record = step, record
        self._calls: Counter[torch.Size] = Counter()
        self._recordings: dict[torch.Size, Recording] = {}

    def __call__(self, x: Tensor) -> tuple[Tensor, ...]:
        if self._record is None:
            return self._step(x)
        self._calls[x.shape] += 1
        if self._calls[x.shape] <= WARM_UP:
            return aside(self._step, x)
        if x.shape not in self._recordings:
            self._recordings[x.shape] = self._record(self._step, x)
        recording = self._recordings[x.shape]
        recording.input.copy_(x)
        recording.replay()
        return recording.outputs

    def forget(self) -> None:
        """Drop what was recorded, because the memory that the step works in has moved."""
        self._calls.clear()
        self._recordings.clear()


def cuda_graph(step: Step, x: Tensor) -> Recording:
    """Record the kernels that a step launches, without running them."""
    graph, own = torch.cuda.CUDAGraph(), x.clone()
    with torch.cuda.graph(graph):
        outputs = step(own)
    return Recording(own, outputs, graph.replay)


def aside(step: Step, x: Tensor) -> tuple[Tensor, ...]:
    """Do a step on a stream of its own, as recording one needs it to have been done."""
    if not x.is_cuda:
        return step(x)
    stream, current = torch.cuda.Stream(), torch.cuda.current_stream()
    stream.wait_stream(current)
    with torch.cuda.stream(stream):
        outputs = step(x)
    current.wait_stream(stream)
    return outputs
