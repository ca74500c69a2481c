"""Where each number of a tag's row stands, and the constants of the filter.

A row holds everything the filter knows of one tag, so that copying a row is a checkpoint. Times in a row are seconds
since the filter bank began. The 4×4 covariance of a state east, north, east speed, north speed is packed as its ten
upper entries: 00 01 02 03 11 12 13 22 23 33.
"""

from __future__ import annotations

# The main filter: constant velocity.
CV = 0
MODEL_SIZE = 14

# Three motion models side by side, mixed by their probability: still, walking, fast.
IMM = 14
MODELS = 3
MODE = IMM + MODELS * MODEL_SIZE

TIME = MODE + MODELS
STARTED = TIME + 1
WATCH_BITS = STARTED + 1
WATCH_COUNT = WATCH_BITS + 1
SAME_COUNT = WATCH_COUNT + 1
RESTART_TIME = SAME_COUNT + 1
HEIGHT = RESTART_TIME + 1

# Anchors heard lately: number, time, systematic floor, and the bias of its ranges as it seems now with its variance.
SURROUNDED = HEIGHT + 1
HEARD = SURROUNDED + 1
HEARD_SLOTS = 12
# Fingerprints of the last range vectors, to know a stale one when it comes back.
HEARD_SIZE = 5
PRINTS = HEARD + HEARD_SIZE * HEARD_SLOTS
PRINT_SLOTS = 64
PRINT_NEXT = PRINTS + PRINT_SLOTS
ROW_SIZE = PRINT_NEXT + 1

# One scalar measurement.
S_TIME = 0
S_KIND = 1
S_A = 2
S_B = 3
S_VALUE = 4
S_SIGMA = 5
S_SYSTEMATIC = 6
S_HEIGHT = 7
SCALAR_SIZE = 8

KIND_RANGE = 0.0
"""To anchor S_A; S_B is 1 where nobody calibrated the anchor, else 0."""
KIND_DIFFERENCE = 1.0
KIND_LINEAR = 2.0
"""hx·x + hy·y with hx in S_A and hy in S_B; a solved position is two of them."""

# One anchor: east, north, up.
A_X = 0
A_Y = 1
A_Z = 2

# Parameters of a row that measurements do not change.
P_ACCELERATION = 0
P_SIGMA_Z = 1
PARAMETER_SIZE = 2

# One row of results.
O_X = 0
O_Y = 1
O_Z = 2
O_XX = 3
O_XY = 4
O_YY = 5
O_VX = 6
O_VY = 7
O_SIGMA_Z = 8
O_STILL = 9
O_STATUS = 10
O_REASONS = 11
O_ANCHORS = 12
O_HDOP = 13
OUT_SIZE = 14

CHECKPOINTS = 3
CHECKPOINT_EVERY_S = 0.5
ROLL_BACK_S = 1.0
RING = 160
"""Scalars a tag's ring remembers: 1.5 s at a hundred ranges a second."""

GATE_NIS = 25.0
SUSPECT_NIS = 9.0
STUDENT_DOF = 4.0
WATCH_WINDOW = 15
LONGEST_GAP_S = 10.0
WALK_MPS = 1.5
WIDE_M = 3.0
"""Standard deviation beyond which a place is worked out anew instead of linearised about."""
ANYWHERE_M = 30.0
CALIBRATED_M = 0.05
"""Systematic floor of a calibrated anchor, metres."""
UNCALIBRATED_M = 0.15
"""Systematic floor of an anchor nobody calibrated, metres."""
WALKING_Q = 0.4
"""White acceleration of a walking person, m²/s³."""
VEHICLE_Q = 4.0
CLEAR_COST = 4.0
"""By how much one place must explain the ranges better than any other: about two ranges off by three sigma."""
# Biases of uncalibrated anchors are followed only where the geometry can tell them from a movement.
BIAS_SIGMA_M = 0.15
BIAS_TAU_S = 20.0
BIAS_ANCHORS = 6
BIAS_HDOP = 1.5
FROZEN_AFTER = 20
"""Identical vectors in a row after which an engine is taken for frozen."""

# Models of motion: time constant of the velocity (0 = constant), white acceleration m²/s³. After the measured design.
STILL_TAU_S = 0.15
STILL_Q = 0.02
FAST_FACTOR = 10.0
MODE_STAY_S = 5.0
"""A mode lasts this long on average: 0.98 stay at ten epochs a second."""

# Reasons as in gis.fix.Reason; plain numbers because kernels know no enumerations.
FEW_ANCHORS = 1
POOR_GEOMETRY = 2
OUTLIERS = 4
REINITIALISED = 8
UNCALIBRATED = 16
LATE = 32
NO_RANGES = 64
HEIGHT_ASSUMED = 128
FROZEN = 256

FIX = 0
DEGRADED = 1
PREDICTED = 2
LOST = 3
