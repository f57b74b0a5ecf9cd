"""Faults of AI infrastructure, to be planted into copies of a history; a file each."""

from reinfra.backtest.faults.clock_skew import CLOCK_SKEW
from reinfra.backtest.faults.counter_reset import COUNTER_RESET
from reinfra.backtest.faults.ecc_ramp import ECC_RAMP
from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.gap import GAP
from reinfra.backtest.faults.idle_held import IDLE_HELD
from reinfra.backtest.faults.latency_step import LATENCY_STEP
from reinfra.backtest.faults.leak import LEAK
from reinfra.backtest.faults.quality_drift import QUALITY_DRIFT
from reinfra.backtest.faults.straggler import STRAGGLER
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.backtest.faults.throttle import THROTTLE
from reinfra.backtest.faults.token_mix import TOKEN_MIX
from reinfra.backtest.faults.xid_burst import XID_BURST

__all__ = ["FAULTS", "Fault", "Move", "Place", "Samples", "Stretch"]

FAULTS = (
    STRAGGLER,
    XID_BURST,
    ECC_RAMP,
    THROTTLE,
    LATENCY_STEP,
    QUALITY_DRIFT,
    TOKEN_MIX,
    COUNTER_RESET,
    GAP,
    LEAK,
    CLOCK_SKEW,
    IDLE_HELD,
)
