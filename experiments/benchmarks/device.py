"""What a device can do at most, and how near the explicit network and the kernel solver come."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor

from experiments.kernels import Gaussian, MinimumNormInterpolator
from experiments.sweeps.machine import machine
from experiments.training.device import training_device
from experiments.training.fusion import can_fuse
from experiments.training.precision import has_bfloat16

TERA, GIGA = 1e12, 1e9
RELU = 3  # operations of w_j max(t - b_j, 0): subtract, compare, multiply and add as one


def benchmark(n: int) -> None:
    """Print each measurement, with the rate that bounds it and the ratio of the two.

    Parameters
    ----------
    n : points of the explicit network and of the kernel; the paper's are 50,000 and 60,000

    All inputs are random. Compiling is timed apart.
    """
    device = training_device()
    torch.empty(0, device=device)
    print(f"{machine()}\ntorch {torch.__version__}, {torch.get_num_threads()} threads\n")
    print(f"copying memory: {copied(device) / GIGA:,.0f} GB/s, read and written")
    dtypes = [torch.bfloat16] if has_bfloat16(device) else []
    rates = {dtype: product(dtype, device) for dtype in (*dtypes, torch.float32, torch.float64)}
    for dtype, rate in rates.items():
        print(f"matrix product in {str(dtype).split('.')[1]}: {rate / TERA:,.3g} TFLOP/s")
    literal(n, device)
    kernel(n, device, rates)


def copied(device: torch.device) -> float:
    """Return the bytes a second that a large copy reads and writes."""
    source = torch.rand(2**28 if device.type == "cuda" else 2**25, device=device)
    target = torch.empty_like(source)
    return 2 * source.nbytes / seconds(lambda: target.copy_(source), device)


def product(dtype: torch.dtype, device: torch.device) -> float:
    """Return the operations a second of a large square product."""
    m = 8192 if device.type == "cuda" else 2048
    left, right = (torch.randn(m, m, device=device).to(dtype) for _ in range(2))
    return 2 * m**3 / seconds(lambda: left @ right, device)


def relu_sum(t: Tensor, b: Tensor, w: Tensor) -> Tensor:
    """Return sum_j w_j max(t_i - b_j, 0), (m,), for t (m,) and b, w (n,), written as it reads."""
    return (torch.relu(t[:, None] - b) * w).sum(1)


def literal(n: int, device: torch.device) -> None:
    """Evaluate the literal network of n units at n points in double precision, in one pass."""
    t, b, w = (torch.randn(n, dtype=torch.float64, device=device) for _ in range(3))
    part = slice(0, min(n, 1024))
    reference = (torch.relu(t[part].cpu()[:, None] - b.cpu()) * w.cpu()).sum(1)
    if can_fuse(device):
        evaluate = torch.compile(relu_sum, dynamic=False)
        started = time.perf_counter()
        evaluate(t, b, w)
        torch.cuda.synchronize()
        print(f"compiling the literal network: {time.perf_counter() - started:.1f} s")
    else:

        def evaluate(t: Tensor, b: Tensor, w: Tensor) -> Tensor:
            return torch.cat([relu_sum(rows, b, w) for rows in t.split(64)])

    error = (evaluate(t, b, w)[part].cpu() - reference).norm() / reference.norm()
    spent = seconds(lambda: evaluate(t, b, w), device)
    vector = fused_multiply_add(device)
    done = RELU * n**2
    print(
        f"literal network, {n:,} x {n:,} ReLUs in float64: {1000 * spent:.3g} ms, "
        f"{done / spent / TERA:.3g} TFLOP/s, {done / spent / vector:.2f} of the "
        f"{vector / TERA:.3g} that elementwise arithmetic reaches; relative error {error:.1e}"
    )


def fused_multiply_add(device: torch.device) -> float:
    """Return the operations a second of elementwise arithmetic on doubles that stay in a cache."""
    x = torch.randn(2**14, dtype=torch.float64, device=device)
    if can_fuse(device):
        x = torch.randn(2**22, dtype=torch.float64, device=device)

        def chain(x: Tensor) -> Tensor:
            y = x
            for _ in range(256):
                y = torch.addcmul(x, y, x)
            return y

        chained = torch.compile(chain, dynamic=False)
        chained(x)
        return 2 * 256 * x.numel() / seconds(lambda: chained(x), device)
    y = torch.empty_like(x)
    return 2 * x.numel() / seconds(lambda: torch.addcmul(x, x, x, out=y), device)


def kernel(n: int, device: torch.device, rates: dict[torch.dtype, float]) -> None:
    """Solve for n random images of bytes, from arrays in host memory."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randint(0, 256, (n, 784), dtype=torch.uint8, generator=generator).numpy()
    Y = torch.randn(n, 10, dtype=torch.float64, generator=generator).numpy()
    model = MinimumNormInterpolator(Gaussian(0.02 / 255**2), device=str(device))
    model.fit(X[:64], Y[:64])
    started = time.perf_counter()
    report = model.fit(X, Y).report_
    spent = time.perf_counter() - started
    rate = rates[getattr(torch, report.precision)]
    print(
        f"kernel interpolant, n = {n:,}: {spent:.2f} s, of which the factor "
        f"{report.seconds['factor']:.2f} s, {n**3 / 3 / report.seconds['factor'] / rate:.2f} of "
        f"the rate of products in {report.precision}\n{report}"
    )


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """Return the median seconds of seven repetitions, after one to warm up."""
    work()
    spent = []
    for _ in range(7):
        if device.type == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        spent.append(time.perf_counter() - started)
    return sorted(spent)[3]
