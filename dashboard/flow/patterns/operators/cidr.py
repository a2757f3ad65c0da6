"""cidr: strings that are an IP address within a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.addresses import Address, address
from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.operators.argument import refuse, text_argument

if TYPE_CHECKING:
    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json
    from dashboard.flow.patterns.scalars import Scalar

NAME = "cidr"


@dataclass(frozen=True)
class Cidr(Condition):
    """The value is an address from ``first`` to ``last``.

    The reference starts the range at the address as written, not at the block's first address:
    10.0.0.5/24 holds 10.0.0.5 to 10.0.0.255.
    """

    operator: ClassVar[str] = NAME
    text: str
    first: Address
    last: Address

    @override
    def test(self, value: Scalar) -> bool:
        number = address(value) if isinstance(value, str) else None
        return number is not None and number[0] == self.first[0] and self.first <= number <= self.last

    @override
    def words(self) -> str:
        return f"lies in {self.text}"


def parse(argument: Json, path: tuple[Step, ...]) -> Cidr:
    """``{"cidr": "10.0.0.0/24"}`` or ``{"cidr": "2001:db8::/32"}``."""
    text = text_argument(argument, path)
    literal, slash, mask = text.partition("/")
    number = address(literal)
    digits = mask.removeprefix("+")
    if not slash or number is None or not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise refuse(path, "an address block such as 10.0.0.0/24 or 2001:db8::/32")
    bits, start = number
    if int(digits) >= bits:
        raise refuse(path, f"a mask of 0 to {bits - 1} bits")
    host = (1 << (bits - int(digits))) - 1
    return Cidr(text, number, (bits, start | host))
