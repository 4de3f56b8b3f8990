"""The budget: spelled strictly, and over when it is over."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.audit.budget import SECONDS, Budget, Overdue, in_words, seconds_of


@given(st.integers(1, 10**6), st.sampled_from(sorted(SECONDS)))
def test_a_whole_number_and_a_unit(number: int, unit: str) -> None:
    assert seconds_of(f"{number}{unit}") == number * {"s": 1, "m": 60, "h": 3600}[unit]


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "20", "m", "0m", "05m", "-5m", "20 m", " 20m", "20m ", "1.5h", "1e3s", "20M"),
        *("20min", "1h30m", "nan", "inf", "٢m", "20m\n", 20, None, 1.5),
    ],
)
def test_any_other_spelling_is_refused_with_the_mend(wrong: Any) -> None:
    with pytest.raises(ValueError, match="give a whole number and s, m or h"):
        seconds_of(wrong)


def test_what_is_at_work_is_cut_off_and_the_alarm_is_gone() -> None:
    started = time.monotonic()
    with pytest.raises(Overdue), Budget(0.1).held():
        while time.monotonic() - started < 20:
            pass
    assert time.monotonic() - started < 10
    with pytest.raises(Overdue), Budget(0).held():
        pytest.fail("there was no time")
    with Budget(600).held():
        pass
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0, "an alarm was left behind"


def test_a_share_is_over_before_the_whole_which_is_still_held() -> None:
    started, budget = time.monotonic(), Budget(600)
    with budget.held():
        with pytest.raises(Overdue), budget.held(1 / 6000):
            while time.monotonic() - started < 20:
                pass
        spent = time.monotonic() - started
        assert 0.09 < spent < 10
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 500 < left <= 600.1 - spent, "the alarm of the whole is set again"


def test_the_longest_that_can_be_spelled_is_held() -> None:
    budget, done = Budget(seconds_of("9999999h")), []
    with budget.held():
        with budget.held():
            done.append("within")
        done.append("around")
    assert done == ["within", "around"]


def test_in_another_thread_what_has_begun_is_finished() -> None:
    done = []

    def work() -> None:
        with Budget(1).held():
            time.sleep(1.1)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


@given(st.floats(0, 1e7))
def test_times_are_said_in_the_unit_that_fits(seconds: float) -> None:
    number, unit = in_words(seconds).removeprefix("under ").split()
    said = float(number) * {"s": 1, "min": 60, "h": 3600}[unit]
    assert abs(said - seconds) <= max(1.0, 0.06 * seconds)
