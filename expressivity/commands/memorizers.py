"""Commands about the constructions: `python -m expressivity memorize | compare | ...`."""

from __future__ import annotations

from pathlib import Path

from expressivity import memorize as memorize_sample
from expressivity.commands.arguments import Data, OptionalData, SampleFile, Targets, sample_in
from expressivity.files import check_writable, ordinary
from expressivity.memorizers.compare import compare as compared
from expressivity.memorizers.compare import table
from expressivity.rounding import upwards
from expressivity.tables import read_sample


def memorize(
    data: SampleFile, out: Path, targets: Targets = None, construction: str | None = None
) -> int:
    """Build the network of a sample by one of the constructions, and save it.

    Example: python -m expressivity memorize points.csv --out network.safetensors

    Args:
        out: the file to write, safetensors.
        construction: its name; without it the fewest weights that are proved right in doubles.
    """
    check_writable(out, data, targets)
    net = memorize_sample(*read_sample(data, targets), construction=construction)
    net.save(out)
    if net.choice:
        print(net.choice)
    print(f"{net} in {out}: largest residual {upwards(net.residual)}, exactly")
    return 0


def compare(data: Data, targets: Targets = None) -> int:
    """Print what each construction would cost on a sample, the fewest weights first.

    Example: python -m expressivity compare --data points.csv
    """
    X, y = read_sample(data, targets)
    print(table(compared(X, y), len(X)))
    return 0


def benchmark_memorizers(
    small: bool = False,
    growth: bool = False,
    data: OptionalData = None,
    targets: Targets = None,
) -> int:
    """Measure weights, seconds and errors of the constructions, every point checked exactly.

    With a sample: the same for its points, with its labels in random order.

    Args:
        small: sizes a hundred times smaller, to see that it runs.
        growth: how weights and seconds grow from a thousand points to a million: takes minutes.
    """
    from expressivity.memorizer_benchmark import report, report_growth, report_sample

    if given := sample_in(data, targets, small=small, growth=growth):
        report_sample(*given)
    elif growth:
        report_growth(10_000 if small else 1_000_000)
    else:
        report(100 if small else 1)
    return 0


def is_layered(network: Path) -> bool:
    """Tell whether a file holds a layered network; False for any other file."""
    with open(ordinary(network), "rb") as file:
        header = file.read(8 + min(int.from_bytes(file.read(8), "little"), 2**24))
    return b"expressivity layers 1" in header
