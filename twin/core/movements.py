"""Movements of subjects from one believed fix to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Movements:
    """n movements of n different subjects to be tested against the fences, structure of arrays.

    Attributes:
        subject: (n,) subject rows.
        t_ns: (n,) time of the new fix.
        xyz_m, cov_m2, sigma_z_m: (n, 3), (n, 3), (n,) the new fix.
        from_t_ns, from_xyz_m, from_cov_m2, from_sigma_z_m: the believed fix before.
        path: (n,) whether the straight line from there to here was really gone.
    """

    subject: NDArray[np.int64]
    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    sigma_z_m: NDArray[np.float64]
    from_t_ns: NDArray[np.int64]
    from_xyz_m: NDArray[np.float64]
    from_cov_m2: NDArray[np.float64]
    from_sigma_z_m: NDArray[np.float64]
    path: NDArray[np.bool_]
