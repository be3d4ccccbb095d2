"""Shapes: where places lie on a flat page, for a map. They hold no data about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Shape:
    """The outline of one place, or the point where it is. East is x, north is y, in any one unit of length.

    rings   closed lines; a ring within another is a hole
    points  where there is no outline: a practice, a hospital
    """

    rings: tuple[Ring, ...] = ()
    points: tuple[tuple[float, float], ...] = ()

    def joined(self, other: Shape) -> Shape:
        """Two parts of one place."""
        return Shape(self.rings + other.rings, self.points + other.points)


Shapes = Mapping[str, Shape]
"""Shapes by the code of the place."""
