"""Shapes: where places lie on a flat page, for a map. They hold no data about anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Point = tuple[float, float]
Ring = tuple[Point, ...]


@dataclass(frozen=True)
class Shape:
    """The outline of one place, or the point where it is. East is x, north is y, in any one unit of length.

    rings   closed lines; a ring within another is a hole
    points  where there is no outline: a practice, a hospital
    """

    rings: tuple[Ring, ...] = ()
    points: tuple[Point, ...] = ()

    def joined(self, other: Shape) -> Shape:
        """Two parts of one place."""
        return Shape(self.rings + other.rings, self.points + other.points)

    @property
    def largest(self) -> Ring:
        """The ring around most ground; none where there is no outline."""
        return max(self.rings, key=lambda ring: abs(_doubled(ring)), default=())

    @property
    def middle(self) -> Point:
        """The centre of gravity of its largest ring, or the mean of its points."""
        ring = self.largest
        doubled = _doubled(ring)
        if not doubled:
            held = ring or self.points
            return sum(x for x, _ in held) / len(held), sum(y for _, y in held) / len(held)
        # Measured from its first corner: far from the origin the sums would lose their last digits.
        x0, y0 = ring[0]
        near: Ring = tuple((x - x0, y - y0) for x, y in ring)
        crosses = [x * v - u * y for (x, y), (u, v) in sides(near)]
        east = sum((x + u) * cross for ((x, _), (u, _)), cross in zip(sides(near), crosses, strict=True))
        north = sum((y + v) * cross for ((_, y), (_, v)), cross in zip(sides(near), crosses, strict=True))
        return x0 + east / (3 * doubled), y0 + north / (3 * doubled)


def sides(ring: Ring) -> Iterator[tuple[Point, Point]]:
    """Each side of a ring, its last corner joined to its first."""
    return zip(ring, (*ring[1:], *ring[:1]), strict=True)


def _doubled(ring: Ring) -> float:
    """Twice the area, by the shoelace formula; less than nought for a ring that runs clockwise."""
    x0, y0 = ring[0] if ring else (0.0, 0.0)
    return sum((x - x0) * (v - y0) - (u - x0) * (y - y0) for (x, y), (u, v) in sides(ring))


Shapes = Mapping[str, Shape]
"""Shapes by the code of the place."""
