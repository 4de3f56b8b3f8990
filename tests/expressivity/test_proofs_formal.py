"""What is said to be a theorem is one: Rocq accepts what is true, refuses what is planted, and runs
nothing but what was written here from numbers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressivity import certify, interpolate
from expressivity.certificate import digest
from expressivity.check import read_certificate
from expressivity.memorizers.certificate import certify as certify_layers
from expressivity.memorizers.memorize import memorize
from expressivity.proofs import claims, compiler, doubles_statement, formal, packed
from expressivity.proofs.compiler import Compiler, ProofError
from expressivity.proofs.direction_statement import direction_file

RNG = np.random.default_rng(0)
needs_rocq = pytest.mark.skipif(shutil.which("coqc") is None, reason="Rocq is not installed")


def _files(folder: Path, X: Any, y: Any, content: Any) -> tuple[Path, Path, Path]:
    paths = folder / "c.json", folder / "X.npy", folder / "y.npy"
    paths[0].write_text(json.dumps(content))
    np.save(paths[1], X)
    np.save(paths[2], y)
    return paths


def _no_rocq(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(self: Compiler, name: str) -> str:
        raise AssertionError(f"Rocq was run on {name}.v")

    monkeypatch.setattr(Compiler, "compile", run)


# ---- what is written ---------------------------------------------------------------------------


def _read_table(term: str) -> list[list[int]]:
    """Read a table as `rocq/Packed.v` does: a sign and an absolute value each, rows by words."""
    rows = []
    for array, step, width, columns, count in re.findall(
        r"\[\| (.*?) \| 0 \|\]%uint63 (\d+)%uint63 "
        r"\(N\.to_nat (\d+)\) \(N\.to_nat (\d+)\) \(N\.to_nat (\d+)\)",
        term,
    ):
        words = [int(word, 16) for word in array.split("; ") if word]
        words = [word ^ word >> 20 for word in words]
        size = int(width) + 1
        for row in range(int(count)):
            part = words[row * int(step) : (row + 1) * int(step)]
            bits = "".join(f"{word:060b}" for word in part)
            fields = (bits[k * size : (k + 1) * size] for k in range(int(columns)))
            rows.append([(-1) ** int(f[0]) * int("0" + f[1:], 2) for f in fields])
    return rows


tables = st.integers(0, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(-(2**130), 2**130), min_size=columns, max_size=columns), min_size=1
    )
)


@given(tables)
def test_packed_tables_hold_the_integers(rows: list[list[int]]) -> None:
    assert _read_table(packed.table(rows)) == rows


def test_large_tables_are_several_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "LARGEST_ARRAY", 7)
    rows = RNG.integers(-(2**40), 2**40, (23, 4)).tolist()
    assert packed.table(rows).count("[|") > 5 and _read_table(packed.table(rows)) == rows


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_doubles_are_written_as_ieee_754_stores_them(values: list[float]) -> None:
    [mantissas], [exponents] = map(_read_table, doubles_statement._doubles(values))
    for v, m, e in zip(values, mantissas, exponents, strict=True):
        assert Fraction(m) * Fraction(2) ** e == Fraction(v)
        assert v == 0 or (abs(m) < 2**53 and e >= -1074 and (abs(m) >= 2**52 or e == -1074))


@pytest.mark.slow
@needs_rocq
def test_rocq_reads_the_integers_that_were_written(tmp_path: Path) -> None:
    rows = [[int(v) * 3**k for v in RNG.integers(-9, 9, 5)] for k in range(0, 200, 7)]
    terms = [packed.table(rows), packed.table([[0, 0]]), packed.table([[-1], [1]])]
    lines = ["From Coq Require Import ZArith List Uint63 PArray.", "Require Packed."]
    lines += ["Set Printing Depth 100000.", *(f"Eval vm_compute in {term}." for term in terms)]
    (tmp_path / "Read.v").write_text("\n".join(lines))
    for name in ("Checker", "Packed"):
        shutil.copy(formal.SOURCES / f"{name}.v", tmp_path)
    rocq = Compiler(compiler.prerequisites(), tmp_path, 300)
    said = [rocq.compile(name) for name in ("Checker", "Packed", "Read")][-1]
    said = " " + " ".join(said.split()).replace("%Z", "")
    for term, expected in zip(said.split(" = ")[1:], [rows, [[0, 0]], [[-1], [1]]], strict=True):
        found = re.findall(r"-?\d+", term.split(" : ")[0].replace("- ", "-"))
        assert [*map(int, found)] == [v for row in expected for v in row]


@pytest.mark.parametrize("exact", [False, True])
def test_the_file_states_the_network_and_the_sample_without_rounding(
    tmp_path: Path, exact: bool
) -> None:
    X, y = RNG.standard_normal((7, 3)), RNG.standard_normal((7, 2))
    net = interpolate(X, y, exact=exact)
    content = certify(net, X, y)
    paths = _files(tmp_path, X, y, content)
    claim = claims.read_claim(read_certificate(paths[0]), paths[1], paths[2])
    text = direction_file(claim)
    parts = dict(
        re.findall(r"^Definition (\w+) : .*? :=\s(.*?)\.$", text, re.MULTILINE | re.DOTALL)
    )
    scale_a, scale_z = (int(v, 16) for v in re.findall(r"(0x\w+)%positive", parts["certificate"]))
    step = scale_a * scale_z
    assert [Fraction(v, scale_a) for v in _read_table(parts["direction"])[0]] == claim.a
    assert [Fraction(v, step) for v in _read_table(parts["knots"])[0]] == claim.b
    tables = _read_table(parts["weights"])
    common = re.search(r"over (0x\w+)", parts["weights"])
    below = [[int(common[1], 16)] * 7] * 2 if common else tables[2:]
    above = zip(tables[:2], below, strict=True)
    weights = [[Fraction(p, q) * step for p, q in zip(*row, strict=True)] for row in above]
    assert weights == [list(row) for row in zip(*claim.w, strict=True)]
    scale_y = int(re.findall(r"over (0x\w+)", parts["targets"])[0], 16)
    rows = zip(_read_table(parts["coordinates"]), _read_table(parts["targets"]), strict=True)
    stated = {
        tuple(Fraction(v, scale_z) for v in z): [Fraction(v, scale_y) for v in t] for z, t in rows
    }
    assert stated == {
        tuple(map(Fraction, x)): [*map(Fraction, t)]
        for x, t in zip(X.tolist(), y.tolist(), strict=True)
    }


# ---- nothing else is run, and nothing false is accepted ------------------------------------------

HEAD = "Require Checker Certificate.\n"
FORGED = {
    "nothing but True": "Theorem interpolates : True. Proof. exact I. Qed.",
    "an axiom": 'Axiom no : False. Theorem interpolates : 1 = 2. destruct no. Qed. idtac "x".',
    "an admitted lemma": HEAD + "Lemma valid : True. Admitted. Print Assumptions valid.",
    "no points": HEAD
    + "Definition certificate := Checker.Certificate 1 1 (Checker.Net nil nil nil).",
    "a vast tolerance": HEAD + "Definition tolerance := 16 ^ 80.",
    "another checker": "Module Checker. Definition valid (x : nat) := true. End Checker.",
    "another theorem behind": "Module Certificate. Definition certified := I. End Certificate.",
    "a shadowed order": 'Notation "x <= y" := True. Theorem interpolates : 2 <= 1. exact I. Qed.',
    "a file overwritten": 'Print Universes "/tmp/anywhere".',
    "redirected output": 'Redirect "/tmp/anywhere" Print nat.',
    "extracted code": 'Require Extraction. Extraction "/tmp/anywhere.ml" Nat.add.',
    "a plugin": 'Declare ML Module "evil".',
    "another path": 'Add LoadPath "/tmp" as Evil. Load "/tmp/evil.v".',
    "another folder": 'Cd "/tmp".',
    "no guard": "Unset Guard Checking. Fixpoint f (n : nat) : False := f n.",
    "without end": "Fixpoint f n := match n with O => 1 | S m => f m + f m end. Compute f 90.",
    "words alone": "(* Closed under the global context *)",
}


@pytest.mark.parametrize("kind", FORGED)
@pytest.mark.parametrize("suffix", [".v", ".json"])
def test_a_rocq_file_from_elsewhere_is_never_run(
    kind: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_rocq(monkeypatch)
    forged = tmp_path / f"forged{suffix}"
    forged.write_text(FORGED[kind])
    np.save(tmp_path / "X.npy", np.ones((3, 2)))
    refused = pytest.raises(ValueError, match="give the certificate") if suffix == ".v" else None
    with refused or pytest.raises(ProofError, match="does not hold"):
        formal.certified(forged, tmp_path / "X.npy")


@pytest.mark.parametrize("text", ["1). Axiom no : False. (*", "0x1.0p+0", "1 + 1", "nan", "1e5"])
@pytest.mark.parametrize(
    "place",
    [
        ("network", "a", 0),
        ("network", "b", 0),
        ("network", "w", 0),
        ("interpolation", "tolerance", 0),
        ("interpolation", "distance", 0),
        ("network", "file"),
        ("sample", "sha256"),
    ],
)
def test_no_text_of_a_certificate_reaches_rocq(
    text: str, place: tuple[Any, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_rocq(monkeypatch)
    X, y = RNG.standard_normal((4, 2)), RNG.standard_normal(4)
    content: Any = certify(interpolate(X, y), X, y)
    del content["sha256"]
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = [text] if place[1] == "w" else text
    paths = _files(tmp_path, X, y, {**content, "sha256": digest(content)})
    with pytest.raises(ProofError, match="does not hold"):
        formal.certified(*paths)


def test_a_network_that_misses_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _no_rocq(monkeypatch)
    X, y = RNG.standard_normal((9, 2)), RNG.standard_normal(9)
    paths = _files(tmp_path, X, y, certify(interpolate(X, y), X, y + 1))
    with pytest.raises(ProofError, match="does not hold"):
        formal.certified(*paths)
    _files(tmp_path, X, y + 1, certify(interpolate(X, y), X, y + 1))
    with pytest.raises(ProofError, match="does not interpolate: largest residual"):
        formal.certified(*paths)


def test_only_the_kernels_storage_may_be_assumed() -> None:
    said = "Axioms:\nPrimInt63.int : Set\nget : forall A : Type,\n      array A -> int -> A\n"
    assert formal.assumes_only_storage(said) and formal.assumes_only_storage(formal.NO_AXIOMS)
    for more in (
        "add_spec : forall x y : int, to_Z (x + y) = x",
        "no : False",
        "int : Prop",
        f"valid : 1 = 2\n{formal.NO_AXIOMS}",
    ):
        assert not formal.assumes_only_storage(said + more)
        assert not formal.assumes_only_storage(more)
    assert not formal.assumes_only_storage("")


def test_a_missing_prover_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler.shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="apt-get install coq"):
        compiler.prerequisites()


def test_what_the_package_manager_says_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 100, "", "E: Unable to locate package coq")

    monkeypatch.setattr(
        compiler.shutil, "which", lambda name: "/bin/apt" if "apt" in name else None
    )
    monkeypatch.setattr(compiler.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(compiler.subprocess, "run", run)
    with pytest.raises(FileNotFoundError, match="status 100:\nE: Unable to locate package coq"):
        compiler.prerequisites()


# ---- what Rocq says ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compiled() -> Iterator[Path]:
    """The folder of the compiled theory."""
    with formal.workshop(formal.SOURCES, 900, formal.THEORY) as rocq:
        for name in formal.THEORY:
            rocq.compile(name)
        yield rocq.folder


def _behind(name: str) -> list[str]:
    """A file of the theory and all that need it, in their order."""
    found = {name}
    for file in formal.THEORY:
        text = (formal.SOURCES / f"{file}.v").read_text()
        needed = " ".join(re.findall(r"^Require (?:Import )?(.*)\.$", text, re.MULTILINE))
        found |= {file} if found & {*needed.split()} else set()
    return [file for file in formal.THEORY if file in found]


@pytest.mark.slow
@needs_rocq
def test_the_theory_is_accepted(compiled: Path) -> None:
    said: list[str] = []
    names = formal.without_axioms(Compiler(compiler.prerequisites(), compiled, 300), said.append)
    assert len(names) >= 22 and len(said) == len(names)


@pytest.mark.slow
@needs_rocq
@pytest.mark.parametrize("kind", ["floats", "exact", "classes", "outputs", "merged", "deep"])
def test_true_certificates_are_theorems(kind: str, tmp_path: Path) -> None:
    X, y = RNG.standard_normal((300, 4)), RNG.standard_normal(300)
    if kind == "classes":
        X, y = np.round(X * 100).astype(np.int16), RNG.integers(0, 10, 300)
    if kind == "outputs":
        y = RNG.standard_normal((300, 3))
    if kind == "merged":
        X, y = np.concatenate((X, X[:5])), np.concatenate((y, y[:5]))
    net = interpolate(X, y, exact=kind == "exact", depth=4 if kind == "deep" else 2)
    said: list[str] = []
    text = formal.certified(*_files(tmp_path, X, y, certify(net, X, y)), say=said.append)
    assert f"points     {len(X)}, " in "\n".join(said) and "vm_cast_no_check" in text


@pytest.mark.slow
@needs_rocq
@pytest.mark.parametrize("construction", ["baum", "bubeck", "inoue", "bit-extraction", "one-knot"])
def test_layered_networks_are_theorems(construction: str, tmp_path: Path) -> None:
    X, y = RNG.integers(-500, 500, (30, 3)), RNG.integers(0, 2, 30)
    net = memorize(X, y, construction=construction)
    paths = _files(tmp_path, X, y, certify_layers(net, X, y))
    said: list[str] = []
    formal.certified(*paths, say=said.append)
    assert "points     30, of 3 coordinates" in "\n".join(said)
    if construction == "inoue":  # the same theorem of a network with one weight changed
        right = claims.of_layers(*paths)[0]
        wrong = right.replace("0x1", "0x3", 1)
        assert wrong != right
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(formal, "of_layers", lambda *_: (wrong, []))
            with pytest.raises(ProofError, match=r"Sample.v does not compile"):
                formal.certified(*paths, say=said.append)


@pytest.mark.slow
@needs_rocq
def test_what_the_compiled_form_gives_in_doubles_is_a_theorem() -> None:
    """Accepted at the very largest error that numpy has, and refused just below it."""
    X, y = RNG.standard_normal((100, 4)), RNG.standard_normal(100)
    net = interpolate(X, y)
    assert net.fit is not None
    text, bound = formal.in_doubles(net, lambda line: None), Fraction(net.error.compiled)
    found = zip(net.compiled.along(net.fit.t).tolist(), net.fit.y.tolist(), strict=True)
    largest = max(abs(Fraction(v) - Fraction(w)) for v, w in found)
    assert 0 < largest < bound
    stated = f"Definition bound : Q := ({bound.numerator} # {bound.denominator})."
    assert text.count(stated) == 1
    for left_out in ("100%N :: nil.", "100%N :: 100%N :: nil."):
        assert text.count(left_out) == 1
        with pytest.raises(ProofError, match="not compile"):
            formal.accept(
                text.replace(left_out, left_out.replace("100", "99", 1)), formal.OF_DOUBLES, 600
            )
    for most in (largest, largest * Fraction(10**9 - 1, 10**9)):
        other = f"Definition bound : Q := ({most.numerator} # {most.denominator})."
        with nullcontext() if most == largest else pytest.raises(ProofError, match="not compile"):
            formal.accept(text.replace(stated, other), formal.OF_DOUBLES, 600)


PLANTS = {
    "a false statement": ("Lemma1", "weight j * relu (t i - knot j) = y i.", "weight j = y i."),
    "an admitted proof": ("Baum", "by rewrite mulr1 subrr.\nQed.", "Admitted."),
    "an axiom": (
        "Necessity",
        "move=> h i j zij;",
        "case: (no : False).\nmove=> h i j zij;",
    ),
    "a network that is its target": (
        "Theorem1",
        "\\sum_(j < n) w j * relu (dot a z - b j).",
        "\\sum_(j < n) w j * relu (dot a z - b j) * 0.",
    ),
    "a unit that is no ReLU": (
        "Theorem1",
        "Definition relu (x : R) : R := Num.max 0 x.",
        "Definition relu (x : R) : R := Num.max 0 (x + x).",
    ),
    "an unread layer": (
        "Depth",
        "Definition hidden (L : layer) x : seq R := [seq relu (affine u x) | u <- L].",
        "Definition hidden (L : layer) x : seq R := [seq affine u x | u <- L].",
    ),
    "a unit that compares with another digit": (
        "Digits",
        "[:: - (4 * C')%:R; (2 ^ rho)%:R; - (2 ^ rho)%:R].",
        "[:: - (4 * C')%:R; (2 ^ b)%:R; - (2 ^ b)%:R].",
    ),
    "a network with fewer weights than it has": ("Statements", "18 * C + 37)", "18 * C + 36)"),
    "more weights needed than there are": (
        "Dimension",
        "(forall i, built_of (f i)) -> (forall y",
        "(forall y",
    ),
    "a statement that is not proved": (
        "Statements",
        "(forall i, network a b w (z i) = y i) -> (n <= H)%N.",
        "(forall i, network a b w (z i) = y i) -> (n < H)%N.",
    ),
}


@pytest.mark.slow
@needs_rocq
@pytest.mark.parametrize("plant", PLANTS)
def test_a_falsehood_planted_in_the_theory_is_refused(
    plant: str, tmp_path: Path, compiled: Path
) -> None:
    sources = _planted(tmp_path, *PLANTS[plant], compiled)
    if plant == "an axiom":
        path = sources / "Necessity.v"
        scope = "Local Open Scope ring_scope.\n"
        path.write_text(path.read_text().replace(scope, scope + "Axiom no : False.\n"))
    with pytest.raises(ProofError, match=r"does not compile|must rest on no axiom"):
        rocq = Compiler(compiler.prerequisites(), sources, 300)
        for name in _behind(PLANTS[plant][0]):
            rocq.compile(name)
        formal.without_axioms(rocq, lambda line: None)


WEAKENED = {
    "a checker that forgets the labels": ("Checker", "less ((2 # 1) * r) s &&", "true &&"),
    "a residual of nothing": (
        "Certificate",
        "Num.max 0 (t - b j) - QR (nth none p.2 k).",
        "Num.max 0 (t - b j) * 0.",
    ),
    "a checker that accepts": (
        "Checker",
        "shaped c && increasing (knots N)\n  && ",
        "shaped c && increasing (knots N)\n  || ",
    ),
    "a checker that lies": ("Checker", "Qle_bool (- r) (tolerance b) &&", "true &&"),
    "a unit that is not computed again": (
        "Updates",
        "if c then true else touched row' cs",
        "touched row' cs",
    ),
    "a line beyond its knot": ("LayeredChecker", "Z.min b (- bias u)", "b"),
    "an axiom": (
        "Checker",
        "now apply increasing_firstn.\nQed.",
        "now apply increasing_firstn.\nQed.\nAxiom all : forall c, valid c = true.",
    ),
}


@pytest.mark.slow
@needs_rocq
@pytest.mark.parametrize("plant", WEAKENED)
def test_a_weakened_checker_is_refused(
    plant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = _planted(tmp_path, *WEAKENED[plant])
    if plant == "an axiom":
        from expressivity.proofs import statement

        text = statement.TEMPLATE.replace("vm_cast_no_check (eq_refl true)", "apply all")
        monkeypatch.setattr(statement, "TEMPLATE", text)
    X, y = RNG.integers(-999, 999, (20, 2)), RNG.integers(0, 2, 20)
    content = certify(interpolate(X, y), X, y)
    if WEAKENED[plant][0] in ("Updates", "LayeredChecker"):
        content = certify_layers(memorize(X, y, construction="inoue"), X, y)
    paths = _files(tmp_path, X, y, content)
    with pytest.raises(ProofError, match=r"does not compile|must rest on no axiom"):
        formal.certified(*paths, say=lambda line: None, sources=sources)


def _planted(folder: Path, name: str, old: str, new: str, original: Path = formal.SOURCES) -> Path:
    sources = folder / "rocq"
    shutil.copytree(original, sources)
    path = sources / f"{name}.v"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return sources


@pytest.mark.slow
@needs_rocq
@pytest.mark.parametrize("wrong", ["weight", "knot", "target", "direction", "tolerance", "count"])
def test_rocq_refuses_what_the_checker_would_have_to(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = RNG.standard_normal((20, 2)), RNG.standard_normal(20)
    paths = _files(tmp_path, X, y, certify(interpolate(X, y), X, y))
    right = claims.read_claim

    def forged(*arguments: Any) -> Any:
        claim = right(*arguments)
        row = {"weight": claim.w, "knot": claim.b, "target": claim.targets, "direction": claim.a}
        if wrong == "tolerance":
            return type(claim)(**{**vars(claim), "tolerance": [Fraction(0)]})
        if wrong == "count":
            return type(claim)(**{**vars(claim), "b": claim.b[:-1], "w": claim.w[:-1]})
        values: Any = row[wrong]
        values[3 if wrong != "direction" else 0] = (
            [values[3][0] + 1] if wrong in ("weight", "target") else values[0] + Fraction(1, 8)
        )
        return claim

    monkeypatch.setattr(claims, "read_claim", forged)
    with pytest.raises(ProofError, match=r"Sample.v does not compile"):
        formal.certified(*paths, say=lambda line: None)


@needs_rocq
def test_rocq_has_a_time_limit(tmp_path: Path) -> None:
    X, y = RNG.standard_normal((5, 2)), RNG.standard_normal(5)
    paths = _files(tmp_path, X, y, certify(interpolate(X, y), X, y))
    with pytest.raises(ProofError, match="not compiled after 0 s in all"):
        formal.certified(*paths, say=lambda line: None, seconds=0.05)


def test_the_command_line_refuses_with_the_mend(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "expressivity", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    proved = run("prove", "--n", "2")
    assert proved.returncode == 0 and "Lemma 1: the determinant" in proved.stdout
    assert run("prove", "--n", "0").returncode == 2
    np.save(tmp_path / "points.npy", RNG.standard_normal((9, 3)))
    assert run("build", "points.npy", "--out", "net.safetensors").returncode == 0
    done = run("certify", "net.safetensors", "--sample", "points.npy", "--out", "net.v")
    assert done.returncode == 2 and "expressivity formal c.json --data" in done.stderr
    (tmp_path / "net.v").write_text("Axiom no : False.")
    done = run("formal", "net.v")
    assert done.returncode == 2 and "give the certificate that" in done.stderr
    for more in (["--data", "points.npy"], ["--targets", "points.npy"]):
        done = run("formal", "net.safetensors", *more)
        assert done.returncode == 2 and "net.safetensors is a network" in done.stderr
    done = run("formal", "c.json")
    assert done.returncode == 2 and "give the sample's file with --data" in done.stderr


def test_only_a_network_with_its_sample_has_a_theorem_in_doubles() -> None:
    X, y = RNG.standard_normal((5, 2)), RNG.standard_normal((5, 2))
    with pytest.raises(ValueError, match="net has several outputs"):
        formal.in_doubles(interpolate(X, y))
    net = interpolate(X, y[:, 0])
    with pytest.raises(ValueError, match="fit is not known"):
        formal.in_doubles(type(net)(net.a, net.b, net.w))
    column = doubles_statement.doubles_file(interpolate(X, y[:, :1]))
    assert column == doubles_statement.doubles_file(net)


def test_the_number_of_projections_is_that_of_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formal, "accept", lambda *arguments: None)
    said: list[str] = []
    net = interpolate(np.arange(9.0)[:, None], np.arange(9.0), fewest=True)
    text = formal.in_doubles(net, said.append)
    assert len(net.b) == 1 and "the 9 projections" in said[0] and "at the 9 projections" in text


def test_every_limit_is_said_with_its_outputs() -> None:
    half, tenth, one = Fraction(1, 2), Fraction(1, 10), Fraction(1)
    assert claims.limits([half] * 3, [None] * 3) == "1/2, exactly"
    label = "1/2, exactly, and nearest to its own label (1 apart)"
    assert claims.limits([half] * 2, [one] * 2) == label
    said = claims.limits([half, tenth, half, half], [one, None, one, None]).splitlines()
    assert [line.strip() for line in said] == [
        f"{label}, for outputs 0, 2",
        "1/10, exactly, for output 1",
        "1/2, exactly, for output 3",
    ]


ENDED = """
import pathlib, signal, subprocess, sys
from expressivity.proofs import formal
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup and background jobs ignore it, and the next
signal.signal(signal.SIGINT, signal.default_int_handler)
communicate = subprocess.Popen.communicate
def waiting(process, **options):
    pathlib.Path(sys.argv[2]).touch()
    return communicate(process, **options)
subprocess.Popen.communicate = waiting
formal.prerequisites = lambda: sys.argv[1]
with formal.workshop(formal.SOURCES, 600, ()) as rocq:
    rocq.compile("Sample")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_rocq_does_not_outlive_the_process_that_runs_it(number: int, tmp_path: Path) -> None:
    slow, found, waits = (tmp_path / name for name in ("coqc", "found", "waits"))
    slow.write_text(f"#!/bin/sh\necho $$ $PWD > {slow}.part; mv {slow}.part {found}; sleep 99\n")
    slow.chmod(0o700)
    process = subprocess.Popen(
        [sys.executable, "-c", ENDED, slow, waits], stderr=subprocess.DEVNULL
    )
    while not (found.exists() and waits.exists()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(60) != 0
    pid, folder = found.read_text().split()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    assert not Path(folder).exists()
