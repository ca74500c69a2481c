"""Movements of subjects from one believed fix to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from twin.effects import EvidenceFix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Movement(NamedTuple):
    """One movement of one subject: the new fix, the believed one before, and whether the line between was gone."""

    subject: int
    t_ns: int
    xyz_m: tuple[float, float, float]
    cov_m2: tuple[float, float, float]
    sigma_z_m: float
    from_t_ns: int
    from_xyz_m: tuple[float, float, float]
    from_cov_m2: tuple[float, float, float]
    from_sigma_z_m: float
    path: bool

    def fix(self, probability: float) -> EvidenceFix:
        """The new fix as evidence."""
        return EvidenceFix(self.t_ns, *self.xyz_m, self.cov_m2, probability)

    @property
    def origin(self) -> EvidenceFix:
        """The fix before, as evidence."""
        return EvidenceFix(self.from_t_ns, *self.from_xyz_m, self.from_cov_m2, 0.0)


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

    def at(self, rows: NDArray[np.int64]) -> list[Movement]:
        """Some of them one by one, taken out column by column: number by number is slow."""
        flat = (self.sigma_z_m, self.from_t_ns, self.from_sigma_z_m, self.path, self.subject, self.t_ns)
        sigma_z, from_t, from_sigma_z, path, subject, t_ns = (column[rows].tolist() for column in flat)
        xyz, cov, from_xyz, from_cov = (
            map(tuple, column[rows].tolist()) for column in (self.xyz_m, self.cov_m2, self.from_xyz_m, self.from_cov_m2)
        )
        return list(map(Movement, subject, t_ns, xyz, cov, sigma_z, from_t, from_xyz, from_cov, from_sigma_z, path))
