"""Command line of the experiments: `python -m experiments run comparison`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from tyro.extras import SubcommandApp

from experiments.contestants import Explicit
from experiments.contestants.linear import claims_as_text
from experiments.datasets import load
from experiments.datasets.sample import draw
from experiments.randomization.randomize import LEVELS, randomize
from experiments.randomization.randomized import load_factory
from experiments.suites import SUITES, SizeName, suite
from experiments.sweeps.memory import limit_to_physical
from experiments.sweeps.run import Run
from experiments.sweeps.store import LOCAL, Store, load_records, read_records, write_records
from experiments.sweeps.sweep import Runner, finished, here, sweep
from experiments.sweeps.table import table
from experiments.training.recipe import Recipe
from expressivity.files import write_atomically

app = SubcommandApp()
Name = Annotated[str, tyro.conf.Positional]
DEFAULT = Recipe()


@dataclass(frozen=True)
class Which:
    """Which runs of a suite are meant."""

    seeds: tuple[int, ...] = (0, 1, 2)
    """one repetition for each seed"""
    size: SizeName = "cpu"
    """smoke is a glance, cpu what two cores can do, full the paper's"""
    data: str = "cifar10"
    """the data set of the paper's tables; the comparison is always on the digits"""
    only: str = ""
    """take the runs whose name contains this, for example mlp-1x512"""

    def of(self, name: str) -> list[Run]:
        """Return these runs. Raises ValueError as `suite`."""
        runs = suite(name, self.seeds, self.size, self.data)
        return [run for run in runs if self.only in run.name]


Flags = Annotated[Which, tyro.conf.arg(name="")]


@app.command
def run(
    name: Name,
    which: Flags = Which(),
    records: Path = LOCAL,
    workers: int | None = None,
    cluster: str | None = None,
) -> int:
    """Do the runs of a suite that have no record yet, then print the table.

    Example: python -m experiments run comparison. Interrupt it when you like: the next call does
    what is missing. The exit status is 0 only when every run has a record
    and the explicit networks and interpolants fit their samples.

    Args:
        name: a suite; `python -m experiments list` names them.
        records: the database of records, made if it is not there.
        workers: do that many stacks of runs at a time on this machine, each with its share of it.
        cluster: the address of a dask scheduler, or the file it left it in; its workers are started
            by `python -m experiments worker`.
    """
    if workers is not None and cluster is not None:
        raise ValueError(f"workers is {workers} and cluster {cluster}: give one of them")
    limit_to_physical()
    runs = which.of(name)
    store = Store(records)
    with runner(workers, cluster) as do:
        failed = sweep(runs, store, do)
    records_now = finished(runs, store)
    print(table(records_now))
    # Training may stop short of its labels; what is constructed or solved must not.
    short = [
        record
        for record in records_now
        if not record["fitted"]
        and record["specification"]["contestant"] in ("explicit", "kernel", "theorem")
        and not record["specification"].get("regularized")
        and not record["specification"].get("ridge")
    ]
    return 1 if failed or short else 0


@contextmanager
def runner(workers: int | None, cluster: str | None) -> Iterator[Runner]:
    """Yield what does the runs: this process, workers of this machine, or a cluster."""
    if workers is None and cluster is None:
        yield here
        return
    try:
        from experiments.sweeps.cluster import connected, local
    except ImportError as error:
        raise ValueError(
            f"{error.name} is missing: install it with pip install 'expressivity[cluster]'"
        ) from error
    with connected(cluster) if cluster is not None else local(workers or 0) as do:
        yield do


@app.command
def worker(address: Annotated[str, tyro.conf.Positional], workers: int | None = None) -> int:
    """Do runs for a cluster on this machine, until its scheduler closes.

    Example: python -m experiments worker tcp://head:8786

    Args:
        address: of the scheduler, tcp://host:port or the file it left it in (.json).
        workers: how many runs at a time; one for each GPU, or one where there is none.
    """
    from experiments.sweeps.workers import serve

    limit_to_physical()
    serve(address, workers)
    return 0


@app.command(name="list")
def list_suites() -> int:
    """List the suites and how many runs each has for one seed."""
    for name, runs in SUITES.items():
        print(
            f"{name:<14} {len(suite(name, (0,))):>3} runs a seed   {(runs.__doc__ or '').strip()}"
        )
    return 0


@app.command
def status(name: Name, which: Flags = Which(), records: Path = LOCAL) -> int:
    """Say which runs of a suite have a record.

    Args:
        name: a suite.
        records: the database of records.
    """
    done = {record["hash"] for record in load_records(records)}
    for one in which.of(name):
        print(f"{'done   ' if one.hash in done else 'missing'}  {one.hash}  {one.name}")
    return 0


@app.command
def benchmark() -> int:
    """Measure the seconds of an epoch of CIFAR-10: each network, the plain loop, a stack."""
    from experiments.benchmarks.epochs import benchmark

    benchmark()
    return 0


@app.command
def kernel(
    data: Name,
    gamma: float | None = None,
    n: int | None = None,
    random_columns: bool = False,
    checkpoint: Path | None = None,
) -> int:
    """Solve the minimum-norm interpolant of a Gaussian kernel and print what it reports.

    Example: python -m experiments kernel mnist --gamma 0.02 --n 10000. On several machines:
    torchrun --nproc-per-node 2 -m -- experiments kernel mnist --gamma 0.02 --n 2000.

    Args:
        data: the name of a data set, or arrays:FILE.npz.
        gamma: of exp(-gamma ||x - z||^2), for pixels in [0, 1]; chosen on held-out training images
            without it.
        n: number of training images; all without it.
        random_columns: solve for random labels too, on the same factorization.
        checkpoint: folder from which an interrupted factorization goes on.
    """
    from experiments.kernels.command import solve_and_report

    limit_to_physical()
    print(solve_and_report(data, gamma, n, random_columns, checkpoint))
    return 0


@app.command
def linear(seeds: tuple[int, ...] = (0,), records: Path = LOCAL) -> int:
    """Verify the linear theory of section 5 and print each claim with its measured value.

    Gradient descent and SGD on underdetermined least squares end at the interpolant nearest to
    their start; the Hessian is the same everywhere; the kernel trick is a duality. The exit status
    is 0 only if all claims hold.

    Args:
        seeds: one repetition for each.
        records: the database of records, made if it is not there.
    """
    store = Store(records)
    runs = suite("linear", seeds)
    failed = sweep(runs, store)
    found = finished(runs, store)
    print("\n\n".join(map(claims_as_text, found)))
    return 1 if failed or not all(record["fitted"] for record in found) else 0


@app.command(name="benchmark-device")
def benchmark_device(n: int = 50_000) -> int:
    """Measure what this machine's GPU or CPU can do, and how near the solvers come to it.

    Args:
        n: points of the literal network and of the kernel.
    """
    from experiments.benchmarks.device import benchmark

    limit_to_physical()
    benchmark(n)
    return 0


@app.command(name="benchmark-kernels")
def benchmark_kernels(data: str = "mnist", n: int = 10_000, gamma: float = 0.02) -> int:
    """Measure the kernel solver beside the authors' recipe and scikit-learn's KernelRidge.

    Args:
        data: a data set of bytes.
        n: number of training images.
        gamma: of the Gaussian kernel, for pixels in [0, 1].
    """
    from experiments.benchmarks.kernels import benchmark

    benchmark(data, n, gamma)
    return 0


@app.command(name="benchmark-cluster")
def benchmark_cluster(runs: int = 200, workers: int = 2) -> int:
    """Measure what a cluster costs: its start, each run, its memory, its traffic.

    Args:
        runs: small runs that are done in this process and again by a worker.
        workers: of the cluster whose start is timed.
    """
    from experiments.benchmarks.cluster import benchmark

    benchmark(runs, workers)
    return 0


@app.command(name="records")
def show_records(only: str = "", records: Path = LOCAL) -> int:
    """Print the table of all records, the committed ones and your own.

    Example: python -m experiments records --only mlp-1x512

    Args:
        only: take the records whose line contains this.
        records: the database of your own records; need not exist.
    """
    found = load_records(records)
    found.sort(key=lambda r: (r["specification"]["data"], r["title"], r["condition"], r["hash"]))
    head, *lines = table(found).splitlines()
    print("\n".join([head, *(line for line in lines if only in line)]))
    return 0


@app.command
def labels(hash: Annotated[str, tyro.conf.Positional], target: Path, records: Path = LOCAL) -> int:
    """Write the labels that a run was given: corrupted, true, and the indices that differ.

    Example: python -m experiments labels 0123456789abcdef --target labels.npz

    Args:
        hash: of the run, as `status` prints it.
        target: the .npz file to write, with labels, true_labels and changed.
        records: the database of records, besides the committed ones.
    """
    found = [record for record in load_records(records) if record["hash"] == hash]
    if not found:
        raise ValueError(f"hash {hash!r} has no record: `status` lists the hashes of a suite")
    what = found[0]["specification"]
    drawn = ("data", "n", "level", "pixels", "seed")
    (sample,) = draw([Explicit(**{key: what[key] for key in drawn})])
    if sample.corruption.hash != found[0]["labels_hash"]:
        raise ValueError(f"data {what['data']} is not what run {hash} was made with: labels differ")
    content = io.BytesIO()
    np.savez(
        content,
        labels=sample.labels,
        true_labels=sample.data.train_labels,
        changed=sample.corruption.changed,
    )
    write_atomically(target, content.getvalue())
    print(f"{len(sample.labels)} labels, {len(sample.corruption.changed)} changed, in {target}")
    return 0


@app.command
def export(target: Annotated[Path, tyro.conf.Positional], records: Path = LOCAL) -> int:
    """Write all records of a database as JSON lines, sorted, for committing or sending.

    Args:
        target: the file to write.
        records: the database of records.
    """
    if not records.exists():
        raise ValueError(f"records {records} does not exist: run a suite first")
    found = Store(records).all()
    write_records(found, target)
    print(f"{len(found)} records in {target}")
    return 0


@app.command
def merge(source: Annotated[Path, tyro.conf.Positional], records: Path = LOCAL) -> int:
    """Take the records of a JSON lines file into a database; those it has stay as they are.

    Args:
        source: the file to read.
        records: the database of records, made if it is not there.
    """
    store = Store(records)
    found = read_records(source)
    added = sum(store.add(record) for record in found)
    print(f"{added} of {len(found)} records were new")
    return 0


@app.command(name="randomize")
def randomize_command(
    model: str,
    data: str,
    recipe: Annotated[Recipe, tyro.conf.arg(name="")] = DEFAULT,
    levels: tuple[float, ...] = LEVELS,
    seed: int = 0,
    picture: Path = Path("results/randomize.svg"),
    records: Path = LOCAL,
) -> int:
    """The randomization test on a model and data of your own, with a verdict and a picture.

    Example: python -m experiments randomize --model mine.models:small_net --data mine.npz. Does the
    model fit random labels, in how many epochs compared with true ones, and at which level of
    corruption does it stop generalizing? Finished trainings are kept and an interrupted one goes
    on.

    Args:
        model: package.module:factory; the factory returns a new torch.nn.Module. Images of bytes
            arrive standardized, as (batch, channels, height, width), floats as they are.
        data: an .npz file with images and labels, and test_images and test_labels or a fifth is
            held out; or the name of a data set.
        recipe: of SGD.
        levels: of label corruption, besides true and random labels.
        seed: of labels, weights and order.
        picture: the file to draw to: .svg, .pdf or .png.
        records: the database of records, made if it is not there.
    """
    limit_to_physical()
    name = f"arrays:{data}" if data.endswith(".npz") else data
    verdict = randomize(load_factory(model), load(name), recipe, levels, seed, records)
    picture.parent.mkdir(parents=True, exist_ok=True)
    verdict.draw().savefig(picture)
    print(f"{verdict}\n\npicture: {picture}")
    return 0


def main() -> int:
    """Run the command line; mistakes of the user end in one line, not in a traceback."""
    try:
        return app.cli(prog="python -m experiments", config=(tyro.conf.OmitArgPrefixes,))
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted: finished runs are kept, the same command goes on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
